//! The HTTP rules of a run: those of service configs in YAML, and routes of methods without a rule.

use std::{collections::BTreeMap, fs, path::Path};

use saphyr::{LoadableYamlNode as _, MarkedYaml, Scalar, YamlData};

use crate::diagnostics::Position;

/// The fields of a rule that are HTTP methods.
const VERBS: [&str; 5] = ["get", "put", "post", "delete", "patch"];

/// The HTTP rules of a run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HttpRules {
    by_selector: BTreeMap<String, Vec<HttpBinding>>,
    paths: Vec<(String, String)>,
    /// Whether variables of several segments are decoded except for slashes.
    pub decodes_reserved: bool,
    /// Whether methods without a rule get `POST /package.Service/Method`.
    pub has_unbound: bool,
}

/// One binding of a method.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpBinding {
    /// The HTTP method, in capitals; `*` for any.
    pub verb: String,
    /// The template of the path.
    pub path: String,
    /// The field that the body fills.
    pub body: String,
    /// The field that is the response body.
    pub response_body: String,
    /// The position of the rule.
    pub position: Position,
}

type Invalid = (String, String);

impl HttpRules {
    pub(super) const NAME: &str = "http_rules";

    /// Reads a service config, which an options file names relative to itself. Its rules replace earlier ones.
    pub(super) fn read(&mut self, value: &str, options_file: &str) -> Result<(), Invalid> {
        let path = Path::new(options_file).parent().unwrap_or(Path::new("")).join(value);
        let file = path.display().to_string();
        let help = || "name a YAML file with `http: {rules: ..}`".to_owned();
        let text = fs::read_to_string(&path).map_err(|error| (format!("cannot read `{file}`: {error}"), help()))?;
        let documents = MarkedYaml::load_from_str(&text).map_err(|error| {
            let mark = error.marker();
            (format!("{file}:{}:{}: {}", mark.line(), mark.col() + 1, error.info()), help())
        })?;
        let nodes = documents.iter().filter_map(|document| YamlNode { yaml: document, file: &file }.get("http"));
        nodes.into_iter().try_for_each(|http| self.add(http))
    }

    /// Returns the bindings of a method, if a service config has a rule for it.
    pub fn of_method(&self, service: &str, method: &str) -> Option<&[HttpBinding]> {
        self.by_selector.get(&format!("{service}.{method}")).map(Vec::as_slice)
    }

    /// Returns the methods with rules, as `SERVICE/METHOD`, each after the path of its file.
    pub fn names(&self) -> impl Iterator<Item = (&str, &str)> {
        self.paths.iter().map(|(path, name)| (path.as_str(), name.as_str()))
    }

    fn add(&mut self, http: YamlNode<'_>) -> Result<(), Invalid> {
        self.decodes_reserved |= http.text_of("fully_decode_reserved_expansion") == "true";
        for rule in http.get("rules").map(YamlNode::items).unwrap_or_default() {
            let selector = rule.text_of("selector");
            let Some((service, method)) = selector.rsplit_once('.') else {
                let message = format!("{}: HTTP rule without a method", rule.place());
                return Err((message, "add a selector, such as `selector: shop.v1.ShopService.GetShelf`".to_owned()));
            };
            let more = rule.get("additional_bindings").map(YamlNode::items).unwrap_or_default();
            let bindings = std::iter::once(rule).chain(more).map(YamlNode::binding).collect::<Result<_, _>>()?;
            self.paths.push((rule.file.to_owned(), format!("{service}/{method}")));
            self.by_selector.insert(selector, bindings);
        }
        Ok(())
    }
}

/// A node of a service config.
#[derive(Clone, Copy)]
struct YamlNode<'a> {
    yaml: &'a MarkedYaml<'a>,
    file: &'a str,
}

impl<'a> YamlNode<'a> {
    fn get(self, key: &str) -> Option<Self> {
        let YamlData::Mapping(mapping) = &self.yaml.data else { return None };
        let (_, value) = mapping.iter().find(|(name, _)| scalar(name).as_deref() == Some(key))?;
        Some(Self { yaml: value, ..self })
    }

    fn items(self) -> Vec<Self> {
        let YamlData::Sequence(items) = &self.yaml.data else { return Vec::new() };
        items.iter().map(|yaml| Self { yaml, ..self }).collect()
    }

    fn text_of(self, key: &str) -> String {
        self.get(key).and_then(|node| scalar(node.yaml)).unwrap_or_default()
    }

    fn position(self) -> Position {
        let start = &self.yaml.span.start;
        Position { file: self.file.to_owned(), line: start.line() as u32, column: start.col() as u32 + 1 }
    }

    fn place(self) -> String {
        let Position { file, line, column } = self.position();
        format!("{file}:{line}:{column}")
    }

    fn binding(self) -> Result<HttpBinding, Invalid> {
        let plain = VERBS.iter().find_map(|verb| Some((verb.to_ascii_uppercase(), self.get(verb)?)));
        let custom = || self.get("custom").and_then(|custom| Some((custom.text_of("kind"), custom.get("path")?)));
        let Some((verb, path)) = plain.or_else(custom) else {
            let help = "add a path, such as `get: /v1/shelves`".to_owned();
            return Err((format!("{}: HTTP rule without a path", self.place()), help));
        };
        let (body, response_body) = (self.text_of("body"), self.text_of("response_body"));
        Ok(HttpBinding {
            verb,
            path: scalar(path.yaml).unwrap_or_default(),
            body,
            response_body,
            position: path.position(),
        })
    }
}

fn scalar(yaml: &MarkedYaml<'_>) -> Option<String> {
    match &yaml.data {
        YamlData::Value(Scalar::String(text)) => Some(text.to_string()),
        YamlData::Value(Scalar::Boolean(flag)) => Some(flag.to_string()),
        YamlData::Representation(text, ..) => Some(text.to_string()),
        _ => None,
    }
}
