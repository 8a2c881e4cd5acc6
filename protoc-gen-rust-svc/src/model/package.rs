//! The output of a run, package by package.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Enum, Message, Method, Origin, Rule, Service};
use crate::names::Ident;

/// The output of a run.
#[derive(Debug)]
pub struct Model {
    /// The requested files. Lints skip the others, because the user may not be able to change them.
    pub requested: BTreeSet<String>,
    /// The packages to generate, sorted by name.
    pub packages: Vec<Package>,
    /// The crates that the packages are split into; empty if they are in one crate.
    pub crates: Vec<Part>,
    /// The features that enable the packages; empty if packages have none.
    pub features: Vec<Part>,
    /// All messages by full name, including those of packages that are not generated.
    pub messages: BTreeMap<String, Message>,
    /// All enums by full name, including those of packages that are not generated.
    pub enums: BTreeMap<String, Enum>,
    /// The rules of `buf.validate` that extensions in generated files define, if requests are checked by them.
    pub extension_rules: Vec<Rule>,
    /// Whether plain types are generated without prost messages.
    pub is_standalone: bool,
    /// Whether the constants of methods are generated, which hold their call policies.
    pub has_policies: bool,
    /// The module of the descriptors, at the root.
    pub descriptors: Ident,
    /// The names in service configs, `SERVICE/METHOD` or `SERVICE/`, each after the path of its file.
    pub configured_names: Vec<(String, String)>,
    /// The parts of service configs that have no effect.
    pub unused_configs: Vec<UnusedConfig>,
}

/// A part of a service config that has no effect.
#[derive(Debug)]
pub struct UnusedConfig {
    /// The file.
    pub path: String,
    /// The text of the warning.
    pub message: String,
}

/// A protobuf package and its module.
#[derive(Debug)]
pub struct Package {
    /// The name in the `.proto`; empty for files without one.
    pub name: String,
    /// The module, from the root of the generated code.
    pub module: Vec<Ident>,
    /// The names of its `.proto` files, sorted.
    pub files: Vec<String>,
    /// The modules of its artefacts.
    pub artefacts: Artefacts,
    /// The full names of its top-level messages, in the order of the files.
    pub messages: Vec<String>,
    /// The full names of its top-level enums.
    pub enums: Vec<String>,
    /// Its services.
    pub services: Vec<Service>,
    /// The rule checks of requests with custom types.
    pub checks: Vec<RuleCheck>,
    /// The artefacts that its fakes use.
    pub fakes: FakeParts,
    /// Whether a gateway needs the JSON codec of its messages.
    pub needs_json: bool,
    /// The names of all its plain types and traits, which may hide names of Rust's prelude.
    pub names: BTreeSet<String>,
}

/// A crate or a feature that holds packages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The name of the crate or of the feature.
    pub name: String,
    /// Its packages, by their indexes in the model.
    pub packages: Vec<usize>,
    /// The names of the other parts that it uses.
    pub uses: BTreeSet<String>,
    /// The crates of other runs, or with custom types, that it uses.
    pub crates: BTreeSet<String>,
}

/// A check of requests with a custom type against the rules of `buf.validate`.
#[derive(Clone, Debug)]
pub struct RuleCheck {
    /// The generated type that implements the check.
    pub ident: Ident,
    /// The full name of the message.
    pub message: String,
}

/// The artefacts that the fakes of a package use.
#[derive(Clone, Copy, Debug, Default)]
pub struct FakeParts {
    /// Whether messages have conversions, by which fakes check them.
    pub checks: bool,
    /// Whether services have adapters.
    pub adapters: bool,
    /// Whether services have gateways.
    pub gateways: bool,
}

/// The modules of the artefacts of a package.
#[derive(Clone, Debug)]
pub struct Artefacts {
    /// Plain types, traits and constants.
    pub domain: Ident,
    /// Adapters, which serve the traits over gRPC.
    pub adapter: Ident,
    /// Clients, which implement the traits over gRPC.
    pub client: Ident,
    /// Gateways, which serve the traits over HTTP and JSON.
    pub gateway: Ident,
    /// Fakes, which implement the traits with scripts.
    pub fake: Ident,
    /// Prost messages.
    pub pb: Ident,
    /// Conversions between plain types and prost messages.
    pub convert: Ident,
    /// JSON codecs of the prost messages.
    pub json: Ident,
}

impl Model {
    /// Prints the generated packages, messages and enums, for people.
    pub fn dump(&self) -> String {
        let origins: HashSet<Origin> = self.packages.iter().map(Package::origin).collect();
        let messages = self.messages.values().filter(|message| origins.contains(&message.rust.origin));
        let enums = self.enums.values().filter(|item| origins.contains(&item.rust.origin));
        let packages = self.packages.iter().map(|package| format!("{package:#?}\n"));
        let messages = messages.map(|message| format!("{message:#?}\n"));
        packages.chain(messages).chain(enums.map(|item| format!("{item:#?}\n"))).collect()
    }

    /// Whether a generated message or a request with a custom type has rules of `buf.validate`.
    pub fn has_rules(&self) -> bool {
        self.packages.iter().any(|package| self.is_ruled(package))
    }

    /// Whether a message of a package, or a request with a custom type, has rules of `buf.validate`.
    pub fn is_ruled(&self, package: &Package) -> bool {
        let mut messages = package.messages.iter().filter_map(|name| self.message(name));
        !package.checks.is_empty() || messages.any(|message| self.is_message_ruled(message))
    }

    fn is_message_ruled(&self, message: &Message) -> bool {
        let mut nested = message.messages.iter().filter_map(|name| self.message(name));
        message.has_rules || nested.any(|nested| self.is_message_ruled(nested))
    }

    /// The packages of each crate.
    pub fn packages_of_crates(&self) -> Vec<Vec<&Package>> {
        match &*self.crates {
            [] => vec![self.packages.iter().collect()],
            crates => crates.iter().map(|part| self.packages_of(part)).collect(),
        }
    }

    /// The packages of a crate or of a feature.
    pub fn packages_of(&self, part: &Part) -> Vec<&Package> {
        part.packages.iter().map(|index| &self.packages[*index]).collect()
    }

    /// The message with this full name.
    pub fn message(&self, name: &str) -> Option<&Message> {
        self.messages.get(name)
    }

    /// Messages with those nested in them, each before the nested ones.
    pub fn nested(&self, names: &[String]) -> Vec<&Message> {
        let messages = names.iter().filter_map(|name| self.message(name));
        messages.flat_map(|message| std::iter::once(message).chain(self.nested(&message.messages))).collect()
    }

    /// The enum with this full name.
    pub fn enumeration(&self, name: &str) -> Option<&Enum> {
        self.enums.get(name)
    }
}

impl Package {
    /// The origin of its types.
    pub fn origin(&self) -> Origin {
        Origin::Local(self.module.clone())
    }

    /// The services that have adapters.
    pub fn served_services(&self) -> Vec<&Service> {
        self.services.iter().filter(|service| service.is_served).collect()
    }

    /// The services that have gateways.
    pub fn routed_services(&self) -> Vec<&Service> {
        self.services.iter().filter(|service| service.is_routed()).collect()
    }

    /// The names that implementations of the traits import: traits, constants and messages.
    pub fn names_in_traits(&self) -> BTreeSet<&Ident> {
        let methods = self.services.iter().flat_map(|service| &service.methods);
        traits(&self.services).chain(methods.flat_map(|method| &method.imports)).collect()
    }

    /// The names that adapters import: traits and constants.
    pub fn service_names(&self) -> BTreeSet<&Ident> {
        traits(self.served_services()).collect()
    }

    /// The names that gateways import: traits, constants and codecs.
    pub fn gateway_names(&self) -> BTreeSet<&Ident> {
        traits(self.routed_services()).chain(self.json_module()).collect()
    }

    /// The module of the JSON codecs, if the package has messages.
    pub fn json_module(&self) -> Option<&Ident> {
        self.has_types().then_some(&self.artefacts.json)
    }

    /// The methods of a service whose requests check themselves.
    pub fn methods<'a>(&self, service: &'a Service) -> Vec<&'a Method> {
        service.methods.iter().filter(|method| self.check(method).is_none()).collect()
    }

    /// The methods of a service that take one request of a custom type with rules, each with the type that checks it.
    pub fn checked_methods<'a>(&'a self, service: &'a Service) -> Vec<(&'a Method, &'a Ident)> {
        self.checked(service).filter(|(method, _)| !method.kind.takes_stream()).collect()
    }

    /// The methods of a service that take a stream of such requests.
    pub fn checked_streams<'a>(&'a self, service: &'a Service) -> Vec<(&'a Method, &'a Ident)> {
        self.checked(service).filter(|(method, _)| method.kind.takes_stream()).collect()
    }

    /// The calls that complete the fake of a method: its checks, and its response with empty fields.
    pub fn fake_setup(&self, method: &Method) -> String {
        let check = match self.check(method).filter(|_| self.fakes.checks) {
            Some(check) => format!(".checked_by::<super::{}::{}, _, _>()", self.artefacts.convert, check.ident),
            None if self.fakes.checks => ".checked()".to_owned(),
            None => String::new(),
        };
        check + if method.has_default_response { ".zeroed()" } else { "" }
    }

    /// The services whose fakes are served over gRPC.
    pub fn fakes_with_adapter(&self) -> Vec<&Service> {
        self.served_services().into_iter().filter(|_| self.fakes.adapters).collect()
    }

    /// The services whose fakes are served over HTTP and JSON.
    pub fn fakes_with_gateway(&self) -> Vec<&Service> {
        self.routed_services().into_iter().filter(|_| self.fakes.gateways).collect()
    }

    fn checked<'a>(&'a self, service: &'a Service) -> impl Iterator<Item = (&'a Method, &'a Ident)> {
        service.methods.iter().filter_map(|method| Some((method, &self.check(method)?.ident)))
    }

    fn check(&self, method: &Method) -> Option<&RuleCheck> {
        self.checks.iter().find(|check| check.message == method.request_name)
    }
}

/// Traits and, of those with methods, the modules of constants.
fn traits<'a>(services: impl IntoIterator<Item = &'a Service>) -> impl Iterator<Item = &'a Ident> {
    services.into_iter().flat_map(|service| {
        let constants = (!service.methods.is_empty()).then_some(&service.module);
        [&service.ident].into_iter().chain(constants)
    })
}

impl Artefacts {
    /// All of them.
    pub fn all(&self) -> [&Ident; 8] {
        [&self.domain, &self.adapter, &self.client, &self.gateway, &self.fake, &self.pb, &self.convert, &self.json]
    }
}
