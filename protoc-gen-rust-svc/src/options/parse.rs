//! Parses options.

use std::collections::BTreeSet;

use super::{
    Artefact, OpenApiOptions, Overrides, Split, elsewhere,
    given::{GivenOption, GivenOptions},
    http_rules::HttpRules,
    service_configs::ServiceConfigs,
    value::{flag, unknown},
};
use crate::diagnostics::{
    Diagnostics,
    lints::{LINTS, Level, Levels},
    suggest,
};

/// The options of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The artefacts to emit.
    pub emit: BTreeSet<Artefact>,
    /// Whether every package gets the JSON codec, not only those that routes reach.
    pub names_json: bool,
    /// How the OpenAPI document is written.
    pub openapi: OpenApiOptions,
    /// The types in the signatures of traits.
    pub types: Types,
    /// Whether packages are crates or behind features.
    pub split: Split,
    /// Whether trait methods have default bodies that return `UNIMPLEMENTED`.
    pub has_default_methods: bool,
    /// The Rust path of the plain types in a crate of their own; `None` if this run generates them.
    pub domain_path: Option<String>,
    /// Packages that other runs generate, with their Rust paths; longest first.
    pub extern_paths: Vec<(String, String)>,
    /// Whether to generate imported files that requested files use and no `extern_path` maps.
    pub include_imports: bool,
    /// The levels of lints.
    pub lints: Levels,
    /// Replacements of default types.
    pub overrides: Overrides,
    /// The services, and packages of services, that get no adapter and no gateway.
    pub client_only: BTreeSet<String>,
    /// The services, and packages of services, that get no adapter.
    pub gateway_only: BTreeSet<String>,
    /// Whether requests are checked against the rules of `buf.validate`.
    pub checks_rules: bool,
    /// Whether to print the model to standard error.
    pub dumps_model: bool,
    /// Call policies in the JSON format of gRPC.
    pub service_configs: ServiceConfigs,
    /// HTTP rules beside those of the contract.
    pub http_rules: HttpRules,
}

/// The types in the signatures of traits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Types {
    /// Plain types, converted to and from prost messages.
    Domain,
    /// Prost messages.
    Proto,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            emit: Artefact::ALL.into(),
            names_json: false,
            openapi: OpenApiOptions::default(),
            types: Types::Domain,
            split: Split::None,
            has_default_methods: false,
            domain_path: None,
            extern_paths: Vec::new(),
            include_imports: false,
            lints: Levels::default(),
            overrides: Overrides::default(),
            client_only: BTreeSet::new(),
            gateway_only: BTreeSet::new(),
            checks_rules: true,
            dumps_model: false,
            service_configs: ServiceConfigs::default(),
            http_rules: HttpRules::default(),
        }
    }
}

const NAMES: &[&str] = &[
    "emit",
    "types",
    "openapi",
    "openapi_visibility",
    "split",
    "default_methods",
    "domain_path",
    "extern_path",
    "include_imports",
    "map",
    "bytes",
    "timestamp",
    "duration",
    "domain_type",
    "passthrough",
    "client_only",
    "gateway_only",
    "rules",
    "allow",
    "warn",
    "deny",
    "dump",
    "service_config",
    "gapic_service_config",
    "http_rules",
    "unbound_methods",
];

impl Options {
    /// Parses `name=value` options, separated by commas. `\,` is a comma within a value.
    ///
    /// Lists are separated by `+` or commas, or the option is repeated: `emit=domain+fake`.
    pub fn parse(parameter: &str, diagnostics: &mut Diagnostics) -> Self {
        Self::from_given(&GivenOptions::from_parameter(parameter), diagnostics)
    }

    /// Parses options of a file and of arguments. Errors have their positions.
    pub fn from_given(given: &GivenOptions, diagnostics: &mut Diagnostics) -> Self {
        given.problems.iter().for_each(|problem| diagnostics.report(problem.clone(), Level::Deny));
        let mut options = Self { emit: BTreeSet::new(), ..Self::default() };
        let mut list = "";
        for GivenOption { name, value, position } in &given.list {
            let (name, value) = match value {
                // Commas separate both lists and options.
                None if is_listed(list, name) => (list, name.as_str()),
                None => (name.as_str(), ""),
                Some(value) => (name.as_str(), value.as_str()),
            };
            list = name;
            let set = match name {
                HttpRules::NAME => options.http_rules.read(value, &position.file),
                name if ServiceConfigs::NAMES.contains(&name) => {
                    options.service_configs.read(name, value, &position.file)
                }
                name => options.set(name, value),
            };
            if let Err((message, help)) = set {
                diagnostics.error("E0101", position, message).help(help);
            }
        }
        if let Err((message, help)) = options.finish() {
            // Several options are involved: that of the file is the likelier one to change.
            let position = given.list.iter().map(|option| &option.position).max().cloned().unwrap_or_default();
            diagnostics.error("E0101", &position, message).help(help);
        }
        options
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), (String, String)> {
        match name {
            "emit" => self.set_emit(value),
            "openapi" => self.openapi.set(value),
            "openapi_visibility" => self.openapi.show(value),
            "types" => self.set_types(value),
            "split" => Split::parse(value).map(|split| self.split = split),
            "default_methods" => self.set_default_methods(value),
            "domain_path" => elsewhere::domain_path(value).map(|path| self.domain_path = Some(path)),
            "extern_path" => self.add_extern_path(value),
            "include_imports" => flag(name, value).map(|flag| self.include_imports = flag),
            "rules" => flag(name, value).map(|flag| self.checks_rules = flag),
            "unbound_methods" => flag(name, value).map(|flag| self.http_rules.has_unbound = flag),
            "allow" => self.set_lints(name, value, Level::Allow),
            "warn" => self.set_lints(name, value, Level::Warn),
            "deny" => self.set_lints(name, value, Level::Deny),
            "client_only" => elsewhere::full_name(name, value).map(|full_name| self.client_only.extend([full_name])),
            "gateway_only" => elsewhere::full_name(name, value).map(|full_name| self.gateway_only.extend([full_name])),
            "dump" => self.set_dump(value),
            name if Overrides::NAMES.contains(&name) => self.overrides.set(name, value),
            _ => Err((format!("unknown option `{name}`"), suggest::help(name, NAMES, "the options are"))),
        }
    }

    fn set_emit(&mut self, value: &str) -> Result<(), (String, String)> {
        for name in value.split('+') {
            if name == "all" {
                self.emit.extend(Artefact::ALL);
                continue;
            }
            let known = Artefact::all().find(|artefact| artefact.name() == name);
            let names: Vec<_> = Artefact::all().map(Artefact::name).chain(["all"]).collect();
            self.names_json |= known == Some(Artefact::Json);
            self.emit.insert(known.ok_or_else(|| unknown("emit", name, &names))?);
        }
        Ok(())
    }

    fn set_lints(&mut self, option: &str, value: &str, level: Level) -> Result<(), (String, String)> {
        for name in value.split('+') {
            if !self.lints.set(name, level) {
                let names: Vec<_> = LINTS.iter().map(|(name, _)| *name).chain(["all"]).collect();
                return Err(unknown(option, name, &names));
            }
        }
        Ok(())
    }

    fn set_types(&mut self, value: &str) -> Result<(), (String, String)> {
        self.types = match value {
            "domain" => Types::Domain,
            "proto" => Types::Proto,
            _ => return Err(unknown("types", value, &["domain", "proto"])),
        };
        Ok(())
    }

    fn set_default_methods(&mut self, value: &str) -> Result<(), (String, String)> {
        self.has_default_methods = match value {
            "unimplemented" => true,
            "none" => false,
            _ => return Err(unknown("default_methods", value, &["none", "unimplemented"])),
        };
        Ok(())
    }

    fn add_extern_path(&mut self, value: &str) -> Result<(), (String, String)> {
        let (package, path) = elsewhere::extern_path(value)?;
        if self.extern_paths.iter().any(|(other, _)| *other == package) {
            let help = "a package is in one module; remove one of the two".to_owned();
            return Err((format!("duplicate option `extern_path=.{package}=...`"), help));
        }
        self.extern_paths.push((package, path));
        Ok(())
    }

    fn set_dump(&mut self, value: &str) -> Result<(), (String, String)> {
        if value != "model" {
            return Err((format!("unknown value `{value}` for option `dump`"), "the only value is model".to_owned()));
        }
        self.dumps_model = true;
        Ok(())
    }

    /// The level of a problem of an HTTP rule. Without a gateway or its documents, such problems do not matter.
    pub fn route_level(&self, code: &str) -> Level {
        let artefacts = [Artefact::Gateway, Artefact::Openapi, Artefact::Routes];
        if artefacts.iter().any(|artefact| self.emits(*artefact)) { self.lints.of(code) } else { Level::Allow }
    }

    /// Whether an artefact is to be emitted.
    pub fn emits(&self, artefact: Artefact) -> bool {
        self.emit.contains(&artefact)
    }

    /// Whether a service gets an adapter.
    pub fn serves(&self, service: &str) -> bool {
        self.has_gateway(service) && !covers(&self.gateway_only, service)
    }

    /// Whether a service gets a gateway if it has routes.
    pub fn has_gateway(&self, service: &str) -> bool {
        !covers(&self.client_only, service)
    }

    /// Whether traits use prost messages.
    pub fn uses_messages(&self) -> bool {
        self.types == Types::Proto || !(self.emits(Artefact::Domain) || self.domain_path.is_some())
    }

    fn finish(&mut self) -> Result<(), (String, String)> {
        let emits_all = Artefact::ALL.iter().all(|artefact| self.emits(*artefact));
        let names_domain = self.emits(Artefact::Domain) && !emits_all;
        if self.emit.is_empty() {
            self.emit = Artefact::ALL.into();
        }
        self.emit.extend(self.openapi.is_requested.then_some(Artefact::Openapi));
        let needed: Vec<_> = self.emit.iter().flat_map(|artefact| artefact.needs()).copied().collect();
        self.emit.extend(needed);
        if self.types == Types::Proto && self.emits(Artefact::Domain) {
            self.emit.insert(Artefact::Pb);
        }
        self.extern_paths.sort_by_key(|(package, _)| std::cmp::Reverse(package.len()));
        self.check_overrides()?;
        self.split.check(&self.extern_paths, &self.overrides)?;
        if self.domain_path.is_none() {
            return Ok(());
        }
        self.emit.remove(&Artefact::Domain);
        let refused = |other: &str| {
            let help = "plain types come from that crate; remove one of the two".to_owned();
            Err((format!("`domain_path=` excludes `{other}`"), help))
        };
        match (names_domain, self.types) {
            (true, _) => refused("emit=domain"),
            (false, Types::Proto) => refused("types=proto"),
            (false, Types::Domain) if self.split == Split::Crates => refused("split=crates"),
            (false, Types::Domain) => Ok(()),
        }
    }

    fn check_overrides(&self) -> Result<(), (String, String)> {
        let Overrides { domain_types, passthrough, .. } = &self.overrides;
        if self.types == Types::Proto && !domain_types.is_empty() {
            let help = "`types=proto` has no plain types; remove one of the two".to_owned();
            return Err(("`types=proto` excludes `domain_type=`".to_owned(), help));
        }
        let Some(both) = passthrough.iter().find(|name| domain_types.contains_key(*name)) else { return Ok(()) };
        let help = "a message has either a custom type or its prost type; remove one of the two".to_owned();
        Err((format!("`domain_type=.{both}` excludes `passthrough=.{both}`"), help))
    }
}

/// Whether one of the names is that of a service, or of a package around it.
fn covers(names: &BTreeSet<String>, service: &str) -> bool {
    let covers = |name: &String| {
        service.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    names.iter().any(covers)
}

/// Whether a word without `=` continues the list of the previous option.
fn is_listed(list: &str, word: &str) -> bool {
    let is_lint = || LINTS.iter().any(|(name, code)| word == *name || word.eq_ignore_ascii_case(code));
    match list {
        "emit" => Artefact::all().any(|artefact| artefact.name() == word),
        "allow" | "warn" | "deny" => is_lint(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::Artefact;
    use super::Level;
    use super::Options;
    use super::Types;
    use crate::diagnostics::Diagnostics;

    fn parse(parameter: &str) -> Result<Options, String> {
        let mut diagnostics = Diagnostics::default();
        let options = Options::parse(parameter, &mut diagnostics);
        if diagnostics.has_errors() { Err(diagnostics.errors()) } else { Ok(options) }
    }

    #[test]
    fn options_are_parsed() {
        assert_eq!(parse(""), Ok(Options::default()));
        let options =
            parse("types=proto, emit=fake+domain,extern_path=.a.b=::x::b,extern_path=.a.b.c=::y").expect("valid");
        assert_eq!(options.types, Types::Proto);
        assert_eq!(options.emit, [Artefact::Domain, Artefact::Pb, Artefact::Fake].into());
        assert_eq!(options.extern_paths[0], ("a.b.c".to_owned(), "::y".to_owned()));
        assert!(parse("emit=gateway").expect("valid").emits(Artefact::Json));
        assert_eq!(parse("emit=fake,domain").expect("valid").emit, [Artefact::Domain, Artefact::Fake].into());
        assert_eq!(parse("emit=all"), Ok(Options::default()));
        assert!(!parse("domain_path=::x::y").expect("valid").emits(Artefact::Domain));
        let lints = parse("deny=all,allow=no-deadline,w0603").expect("valid").lints;
        assert_eq!(["W0601", "W0602", "W0603"].map(|code| lints.of(code)), [Level::Deny, Level::Allow, Level::Allow]);
    }

    #[test]
    fn the_longest_scope_wins() {
        let own = parse("domain_type=.a.B=crate::Pair<u8>+Eq+Hash").expect("valid").overrides.domain_types;
        assert_eq!(own["a.B"].path, "crate::Pair<u8>");
        assert_eq!((own["a.B"].is_eq, own["a.B"].is_hash, own["a.B"].has_default), (true, true, false));
        let maps = parse("map=.a.b.Sorted=btree,map=.a.b=hash").expect("valid").overrides.hash_maps;
        let chosen = ["a.b", "a.b.Other", "a.b.Sorted", "a.b.Sorted.Inner", "a.bc", "a"].map(|name| maps.of(name));
        assert_eq!(chosen, [true, true, false, false, false, false]);
    }

    #[test]
    fn invalid_options_are_errors() {
        for parameter in [
            "domain_path=x",
            "domain_path=::x,types=proto",
            "split=modules",
            "split=crates,domain_path=::x",
            "split=crates,extern_path=.a=crate::a",
            "split=crates,domain_type=.a.B=crate::B",
            "domain_type=.a.B=crate::B,types=proto",
            "domain_type=.a.B=crate::B,passthrough=.a.B",
            "domain_type=.a.B=b::B",
            "domain_type=.a.B=crate::B+Ord",
            "domain_type=.a.B",
            "domain_type=a.B=crate::B",
            "passthrough=a.B",
            "passthrough=.",
            "client_only=",
            "client_only=a.v1",
            "client_only=.a..v1",
            "domain_path=::x,emit=domain",
            "emti=all",
            "emit=every",
            "types=",
            "types=proto,fake",
            "allow=",
            "allow=deadlines",
            "no-deadline",
            "extern_path=.a",
            "extern_path=a=::b",
            "extern_path=.a=b c",
            "extern_path=..z=::a",
            "extern_path=.z.=::a",
            "extern_path=.a-b=::a",
            "extern_path=.a=::b,extern_path=.a=::b",
            "extern_path=.a=b",
            "extern_path=.a=super::z",
            "extern_path=.a=self::z",
            "extern_path=.a=::self::z",
            "extern_path=.a=crate::super::z",
            "extern_path=.a=crates::z",
            "extern_path=.a=crate::",
            "extern_path=.a=::",
            "extern_path=.a=",
            "extern_path=.a=::a /* */ :: b",
            "extern_path=.a=::a::type",
            "domain_path=::x::<y>",
            "domain_path=::x::Foo<u8>",
            "domain_path=::x :: y",
            "domain_path=crate::x",
            "domain_path=::super::x",
        ] {
            let text = parse(parameter).expect_err(parameter);
            assert!(text.starts_with("error[E0101]: ") && text.contains("help: "), "{text}");
        }
        let text = parse("deny=no-dedline").expect_err("there is no such lint");
        assert!(text.contains("did you mean `no-deadline`? the values are "), "{text}");
    }

    #[test]
    fn unknown_values_list_the_known_ones() {
        for (parameter, message, help) in [
            ("map=tree", "unknown value `tree` for option `map`", "the values are btree and hash"),
            ("map=.a=", "option `map` has no value", "the values are btree and hash"),
            ("bytes=Bytes", "unknown value `Bytes` for option `bytes`", "the values are vec and bytes"),
            (
                "timestamp=std",
                "unknown value `std` for option `timestamp`",
                "the values are runtime, chrono, jiff and time",
            ),
            ("map=a=hash", "name without a leading dot in `map=a=...`", "`map=hash`, or"),
        ] {
            let text = parse(parameter).expect_err(parameter);
            assert!(text.contains(message) && text.contains(help), "{text}");
        }
    }
}
