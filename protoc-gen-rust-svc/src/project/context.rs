//! The context of templates: a part of the model.
//!
//! Teams write templates of their own, so this is an interface: breaking changes increment [`API_VERSION`].
//!
//! | name | for example |
//! |---|---|
//! | `api_version` | `1` |
//! | `name`, `crate_name` | `order-service`, `order_service` |
//! | `version`, `rust_version` | of the generator, and the oldest Rust that the runtime takes |
//! | `runtime_path`, `runtime_git` | `../rust-svc` or the URL of a repository; the other one is none |
//! | `member` | `services/order`: the path in the workspace, or none |
//! | `served` | those of `protos` whose services the project serves |
//! | `protos`, `import_folders` | `["order/v1/order.proto"]`, `["google", "rust_svc"]`: the folders of imported schemas |
//! | `checks_rules` | whether requests are checked by rules of `buf.validate`, which needs the feature `validate` |
//! | `uses_deprecated` | whether anything in the signatures of a service is deprecated |
//! | `client_example` | `package`, `trait_name`, `client`, `method`, `argument` of a unary method, or none |
//! | `clients` | the services that the project calls: `name`, `label`, `package`, `trait_name`, `client`, `fake` of each |
//! | `services` | below; a template for each service has it as `service` |
//!
//! | of a service | for example |
//! |---|---|
//! | `name`, `label` | `order.v1.OrderService`, `order_service`: part of a name |
//! | `module`, `file`, `struct_name` | `order_service`, `order_service`, `OrderServiceImpl` |
//! | `package` | `generated::order::v1`: the module of the generated code, in the crate |
//! | `trait_name`, `constants`, `adapter`, `gateway`, `client`, `fake` | in that module; `gateway` is none without HTTP routes |
//! | `methods` | below |
//! | `calls` | the methods with an `argument`: a default value or an empty stream |
//! | `examples` | one method of each kind, with default values |
//!
//! | of a method | for example |
//! |---|---|
//! | `name`, `ident`, `constant`, `kind` | `GetOrder`, `get_order`, `GET_ORDER`, `unary` |
//! | `takes`, `returns` | the types in the signature, as `src/service` names them, where `api` is the module of the generated code |
//! | `argument` | `Default::default()`, an empty stream, or none if the request has no default |
//! | `request`, `response` | default values, where `api` is that module; none if a message has none |
//! | `returns_nothing` | whether the response is `()` |
//! | `routes` | `[{verb: "GET", path: "/v1/orders/{order_id}"}]` |

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};

use super::{Failure, order::Order, runtime::Runtime};
use crate::{
    model::{Attribute, Message, Method, Model, Origin, Package, Service},
    names::{Ident, Scope},
    read::Input,
};

/// The version of this interface.
pub const API_VERSION: u32 = 1;

/// The context of a project.
#[derive(Debug)]
pub struct TemplateContext {
    /// Everything but `service`.
    pub project: Value,
    /// The file of each service in `src/service`, without its ending, and the value of `service`.
    pub services: Vec<(String, Value)>,
    summary: Vec<(String, usize, String)>,
}

impl TemplateContext {
    /// Creates the context of a project. Fails if there is no service to start.
    pub(super) fn new(order: &Order<'_>, model: &Model) -> Result<Self, Failure> {
        let (services, called) = services(order.input, order.served, model);
        if services.is_empty() {
            let files = order.served.join(", ");
            let help = "name a file that declares a `service`; its imports are copied too";
            return Err(format!("{files}: error: no service\n  help: {help}").into());
        }
        let mut names = ServiceNames::new(&services);
        let print = ServicePrinter { model, krate: order.name.krate() };
        let named: Vec<_> =
            services.iter().map(|(package, service)| (*package, *service, names.take(service))).collect();
        let values = named
            .iter()
            .map(|(package, service, named)| (named.module.plain().to_owned(), print.service(package, service, named)));
        let values: Vec<_> = values.collect();
        let all: Vec<_> = values.iter().map(|(_, value)| value.clone()).collect();
        let deprecated = services.iter().any(|(_, service)| uses_deprecated(model, service));
        let summary = named.iter().map(|(_, service, named)| {
            (service.name.clone(), service.methods.len(), format!("src/service/{}.rs", named.module.plain()))
        });
        Ok(Self {
            project: context! {
                client_example => print.client_example(&services),
                clients => print.clients(&called),
                ..project(order, all, model.has_rules(), deprecated)
            },
            summary: summary.collect(),
            services: values,
        })
    }

    /// Creates a context for a test of templates.
    #[cfg(test)]
    pub(super) fn of(project: Value, services: Vec<(String, Value)>) -> Self {
        Self { project, services, summary: Vec::new() }
    }

    /// See [`Project::services`](super::Project::services).
    pub(super) fn summary(&self) -> Vec<(String, usize, String)> {
        self.summary.clone()
    }
}

/// Describes the services of the named files, each with the name of its file, for a project that exists.
pub(super) fn describe(input: &Input, model: &Model) -> Vec<(String, Value)> {
    let (services, _) = services(input, &input.generate, model);
    let mut names = ServiceNames::new(&services);
    // Only the values of requests and responses in tests name the crate.
    let print = ServicePrinter { model, krate: "crate".to_owned() };
    let value = |(package, service): &PackagedService<'_>| {
        let named = names.take(service);
        (named.module.plain().to_owned(), print.service(package, service, &named))
    };
    services.iter().map(value).collect()
}

/// A service and its package.
type PackagedService<'a> = (&'a Package, &'a Service);

/// The services that the project serves, and those that it calls, without those of imports.
fn services<'a>(
    input: &Input,
    served: &[String],
    model: &'a Model,
) -> (Vec<PackagedService<'a>>, Vec<PackagedService<'a>>) {
    let all = model.packages.iter().flat_map(|package| package.services.iter().map(move |service| (package, service)));
    let named = all.filter(|(_, service)| input.generate.contains(&service.position.file));
    named.partition(|(_, service)| served.contains(&service.position.file))
}

fn project(order: &Order<'_>, services: Vec<Value>, checks_rules: bool, uses_deprecated: bool) -> Value {
    let Order { name, input, member, .. } = order;
    let (runtime_path, runtime_git) = match &order.runtime {
        Runtime::Folder(path) => (Some(path.as_str()), None),
        Runtime::Git(url) => (None, Some(url.as_str())),
    };
    context! {
        api_version => API_VERSION,
        name => name.as_str(),
        crate_name => name.krate(),
        version => env!("CARGO_PKG_VERSION"),
        rust_version => env!("CARGO_PKG_RUST_VERSION"),
        runtime_path,
        runtime_git,
        member,
        protos => input.generate.clone(),
        served => order.served.to_vec(),
        import_folders => import_folders(input),
        checks_rules,
        uses_deprecated,
        services,
    }
}

/// The folders of imported public schemas.
fn import_folders(input: &Input) -> Vec<&'static str> {
    let lies_in = |folder: &str| {
        let names = input.files.iter().map(|file| file.descriptor.name.as_str());
        let kept = names.filter(|name| !name.starts_with("google/protobuf/"));
        kept.filter_map(|name| name.strip_prefix(folder)).any(|rest| rest.starts_with('/'))
    };
    ["google", "rust_svc"].into_iter().filter(|folder| lies_in(folder)).collect()
}

fn uses_deprecated(model: &Model, service: &Service) -> bool {
    let is_deprecated = |name: &String| model.message(name).is_some_and(|message| message.deprecated);
    service.attribute == Attribute::Deprecated
        || service.methods.iter().any(|method| {
            method.attribute == Attribute::Deprecated
                || is_deprecated(&method.request_name)
                || is_deprecated(&method.response_name)
        })
}

/// The names of a service in the project.
struct NamesInProject {
    module: Ident,
    struct_name: Ident,
}

/// Assigns names to services: short if unique, else with the package.
struct ServiceNames {
    short: BTreeMap<String, usize>,
    scope: Scope,
}

impl ServiceNames {
    fn new(services: &[PackagedService<'_>]) -> Self {
        let mut short = BTreeMap::new();
        for (_, service) in services {
            *short.entry(short_name(service)).or_default() += 1;
        }
        // `src/service/mod.rs` is the index.
        Self { short, scope: Scope::with(&["mod"]) }
    }

    fn take(&mut self, service: &Service) -> NamesInProject {
        let name = short_name(service);
        let name = if self.short.get(&name) == Some(&1) { name } else { service.name.replace('.', "_") };
        let module = self.scope.take(Ident::snake(&name));
        NamesInProject { struct_name: Ident::camel(&format!("{}_impl", module.plain())), module }
    }
}

/// The name without the package. Names that differ only in case are equal, as file names may be.
fn short_name(service: &Service) -> String {
    let name = service.name.rsplit('.').next().unwrap_or_default();
    Ident::snake(name).plain().to_owned()
}

/// Prints methods and types for templates.
struct ServicePrinter<'a> {
    model: &'a Model,
    krate: String,
}

impl ServicePrinter<'_> {
    fn service(&self, package: &Package, service: &Service, named: &NamesInProject) -> Value {
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
    fn clients(&self, services: &[PackagedService<'_>]) -> Vec<Value> {
        let mut names = ServiceNames::new(services);
        let value = |(package, service): &PackagedService<'_>| {
            let named = names.take(service);
            context! {
                name => service.name.as_str(),
                label => Ident::snake(named.module.plain()).plain().trim_end_matches('_'),
                package => module_path(package),
                trait_name => service.ident.as_str(),
                client => service.client.as_str(),
                fake => service.fake.as_str(),
            }
        };
        services.iter().map(value).collect()
    }

    /// Finds a method for an example of a client: the first unary one that has a default argument.
    fn client_example(&self, services: &[PackagedService<'_>]) -> Option<Value> {
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
