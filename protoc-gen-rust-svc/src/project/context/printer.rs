//! Prints methods and types for templates.

use std::collections::BTreeSet;

use minijinja::{Value, context};

use super::names::{NamesInProject, PackagedService, ServiceNames};
use crate::{
    model::{Message, Method, Model, Origin, Package, Service},
    names::Ident,
};

/// Prints methods and types for templates.
pub(super) struct ServicePrinter<'a> {
    pub(super) model: &'a Model,
    pub(super) krate: String,
}

impl ServicePrinter<'_> {
    pub(super) fn service(&self, package: &Package, service: &Service, named: &NamesInProject) -> Value {
        let methods =
            |methods: Vec<&Method>| methods.into_iter().map(|method| self.method(package, method)).collect::<Vec<_>>();
        context! {
            name => service.name.as_str(),
            label => Ident::snake(named.module.plain()).plain().trim_end_matches('_'),
            module => named.module.as_str(),
            file => named.module.plain(),
            struct_name => named.struct_name.as_str(),
            package => module_path(package),
            trait_name => service.ident.as_str(),
            constants => service.module.as_str(),
            adapter => service.adapter.as_str(),
            gateway => service.is_routed().then(|| service.gateway.as_str()),
            client => service.client.as_str(),
            fake => service.fake.as_str(),
            methods => methods(service.methods.iter().collect()),
            calls => methods(service.methods.iter().filter(|method| self.argument(method).is_some()).collect()),
            examples => methods(self.examples(service)),
        }
    }

    /// The first method of each kind that has default values.
    fn examples<'s>(&self, service: &'s Service) -> Vec<&'s Method> {
        let mut shown = BTreeSet::new();
        let has_values =
            |method: &Method| self.has_default(&method.request_name) && self.has_default(&method.response_name);
        let shows = |method: &&Method| has_values(method) && !HIDDEN.contains(&method.ident.as_str());
        service.methods.iter().filter(shows).filter(|method| shown.insert(method.kind.snake())).collect()
    }

    fn method(&self, package: &Package, method: &Method) -> Value {
        let text = |name, printed, streams| stream_of(streams, self.type_text(package, name, printed, "crate"));
        let routes =
            method.routes.iter().map(|route| context! { verb => route.verb.as_str(), path => route.template.as_str() });
        context! {
            name => method.name.as_str(),
            ident => method.ident.as_str(),
            constant => method.constant.as_str(),
            kind => method.kind.snake(),
            takes => text(&method.request_name, &method.request, method.kind.takes_stream()),
            returns => text(&method.response_name, &method.response, method.kind.returns_stream()),
            argument => self.argument(method),
            request => self.value(package, &method.request_name, &method.request),
            response => self.value(package, &method.response_name, &method.response),
            returns_nothing => method.response == "()" && !method.kind.returns_stream(),
            routes => routes.collect::<Vec<_>>(),
        }
    }

    /// Describes the services that the project calls.
    pub(super) fn clients(&self, services: &[PackagedService<'_>]) -> Vec<Value> {
        let mut names = ServiceNames::new(services, &BTreeSet::new());
        let value = |(package, service): &PackagedService<'_>| {
            let named = names.take(service);
            context! {
                name => service.name.as_str(),
                label => Ident::snake(named.module.plain()).plain().trim_end_matches('_'),
                package => module_path(package),
                trait_name => service.ident.as_str(),
                client => service.client.as_str(),
                fake => service.fake.as_str(),
                gateway => service.is_routed().then(|| service.gateway.as_str()),
            }
        };
        services.iter().map(value).collect()
    }

    /// Finds a method for an example of a client: the first unary one that has a default argument.
    pub(super) fn client_example(&self, services: &[PackagedService<'_>]) -> Option<Value> {
        services.iter().find_map(|(package, service)| {
            let is_unary = |method: &&Method| method.kind.snake() == "unary" && self.argument(method).is_some();
            let method = service.methods.iter().find(is_unary)?;
            Some(context! {
                package => module_path(package),
                trait_name => service.ident.as_str(),
                client => service.client.as_str(),
                method => method.ident.as_str(),
                argument => self.argument(method),
            })
        })
    }

    /// The argument of a call in a test, where the type of a default is known.
    fn argument(&self, method: &Method) -> Option<&'static str> {
        match method.request.as_str() {
            _ if method.kind.takes_stream() => Some("svc::Streaming::empty()"),
            "()" => Some("()"),
            _ => self.has_default(&method.request_name).then_some("Default::default()"),
        }
    }

    /// A type in a file where `api` is the module of the package. `printed` is its form in generated code, which is
    /// valid anywhere for types of the runtime.
    fn type_text(&self, package: &Package, name: &str, printed: &str, krate: &str) -> String {
        let Some(message) = self.message(name) else { return printed.to_owned() };
        let path: Vec<_> = message.rust.domain.iter().map(Ident::as_str).collect();
        match &message.rust.origin {
            Origin::Local(module) if *module == package.module => format!("api::{}", path.join("::")),
            Origin::Local(_) => format!("{krate}::generated::{}", message.rust.domain_from(&[], 0)),
            Origin::Extern(_) => message.rust.domain_from(&[], 0),
        }
    }

    /// The default value of a type, if it has one.
    fn value(&self, package: &Package, name: &str, printed: &str) -> Option<String> {
        if !self.has_default(name) {
            return None;
        }
        let text = self.type_text(package, name, printed, &self.krate);
        Some(match text.as_str() {
            "()" => text,
            generic if generic.contains('<') => format!("<{generic}>::default()"),
            _ => format!("{text}::default()"),
        })
    }

    fn has_default(&self, name: &str) -> bool {
        self.message(name).is_none_or(|message| message.has_default)
    }

    /// The message of a name, unless the runtime has a type for it.
    fn message(&self, name: &str) -> Option<&Message> {
        self.model.message(name).filter(|_| !name.starts_with("google.protobuf."))
    }
}

/// The module of the generated code of a package, in the crate.
fn module_path(package: &Package) -> String {
    let segments = std::iter::once("generated".to_owned()).chain(package.module.iter().map(ToString::to_string));
    segments.collect::<Vec<_>>().join("::")
}

/// Methods of `Arc` that would hide those of the service.
const HIDDEN: &[&str] = &["as_ref", "clone", "drop", "into", "to_owned", "try_into"];

fn stream_of(streams: bool, message: String) -> String {
    if streams { format!("svc::Streaming<{message}>") } else { message }
}
