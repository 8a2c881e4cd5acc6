//! HTTP routes of methods.

use rust_svc::path::Template;

use crate::{
    diagnostics::Position,
    lower::lowering::Lowering,
    model::Route,
    read::{
        File,
        descriptor::{HttpRule, Pattern},
    },
};

/// The numbers of the path to a rule of a method.
const METHOD_OPTIONS: i32 = 4;
const HTTP: i32 = 72_295_728;
const ADDITIONAL_BINDINGS: i32 = 11;
const BODY: i32 = 7;
const RESPONSE_BODY: i32 = 12;

impl Lowering<'_> {
    pub(super) fn routes(&mut self, file: &File, rule: Option<&HttpRule>, path: &[i32]) -> Vec<Route> {
        let Some(rule) = rule else { return Vec::new() };
        let path: Vec<_> = path.iter().copied().chain([METHOD_OPTIONS, HTTP]).collect();
        let mut routes: Vec<_> = self.route(file, rule, &path).into_iter().collect();
        for (index, binding) in rule.additional_bindings.iter().enumerate() {
            let path: Vec<_> = path.iter().copied().chain([ADDITIONAL_BINDINGS, index as i32]).collect();
            if !binding.additional_bindings.is_empty() {
                let position = file.source.position(&path);
                let message = "nested additional_bindings";
                self.diagnostics.error("E0204", &position, message).help("list all bindings in the outer rule");
            }
            routes.extend(self.route(file, binding, &path));
        }
        routes
    }

    fn route(&mut self, file: &File, rule: &HttpRule, path: &[i32]) -> Option<Route> {
        let at = |number: i32| file.source.position(&path.iter().copied().chain([number]).collect::<Vec<_>>());
        let Some(pattern) = &rule.pattern else {
            self.diagnostics
                .error("E0204", &at(0), "HTTP rule without a path")
                .help("add a path, such as `get: \"/v1/shelves\"`");
            return None;
        };
        let (verb, text, number) = verb(pattern);
        let position = at(number);
        if !is_token(&verb) {
            self.diagnostics
                .error("E0204", &position, format!("invalid HTTP method `{verb}`"))
                .help("use a token such as `HEAD`, or `*` for any method");
        }
        let template = self.template(text, &position)?;
        Some(Route {
            verb,
            template,
            body: rule.body.clone(),
            body_position: at(BODY),
            response_body: rule.response_body.clone(),
            response_body_position: at(RESPONSE_BODY),
            position,
        })
    }

    fn template(&mut self, text: &str, position: &Position) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => Some(template),
            Err(error) => {
                let caret = text.get(..error.offset()).map_or(0, |before| before.chars().count());
                let shown = text.replace(char::is_control, "?");
                let help = format!("{shown}\n        {}^ here", " ".repeat(caret));
                let message = format!("invalid path template: {}", error.message());
                self.diagnostics.error("E0201", position, message).help(help);
                None
            }
        }
    }
}

/// The HTTP method, the path, and the number of the field that holds it.
fn verb(pattern: &Pattern) -> (String, &str, i32) {
    match pattern {
        Pattern::Get(path) => ("GET".to_owned(), path, 2),
        Pattern::Put(path) => ("PUT".to_owned(), path, 3),
        Pattern::Post(path) => ("POST".to_owned(), path, 4),
        Pattern::Delete(path) => ("DELETE".to_owned(), path, 5),
        Pattern::Patch(path) => ("PATCH".to_owned(), path, 6),
        Pattern::Custom(custom) => (custom.kind.clone(), &custom.path, 8),
    }
}

/// Whether a text is a valid HTTP method, a token of RFC 9110.
fn is_token(verb: &str) -> bool {
    let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !verb.is_empty() && verb.bytes().all(token)
}
