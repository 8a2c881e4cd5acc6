//! The context of a project.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};

use super::{
    names::{PackagedService, ServiceNames},
    printer::ServicePrinter,
};
use crate::{
    model::{Attribute, Model, Service, Times},
    options::{GivenOptions, Options},
    project::{
        Failure,
        manifest::runtime::Runtime,
        order::Order,
        parts::{Parts, ProjectPart},
    },
    read::Input,
};

/// The version of this interface.
pub const API_VERSION: u32 = 2;

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
    pub(in crate::project) fn new(order: &Order<'_>, model: &Model) -> Result<Self, Failure> {
        let (services, called) = services(order.input, order.options, model);
        check(order, &services, &called)?;
        let mut names = ServiceNames::new(&services, &BTreeSet::new());
        let print = ServicePrinter { model, krate: order.name.krate() };
        let clients = print.clients(&called);
        let has_store = order.parts.contains(&ProjectPart::Sqlite) || order.parts.contains(&ProjectPart::Postgres);
        let has_remotes = order.parts.contains(&ProjectPart::Gateway) && !clients.is_empty();
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
                clients,
                has_store,
                has_remotes,
                has_dependencies => has_store || has_remotes,
                ..project(order, all, model, deprecated)
            },
            summary: summary.collect(),
            services: values,
        })
    }

    /// Creates a context for some of the templates.
    pub(in crate::project) fn of(project: Value, services: Vec<(String, Value)>) -> Self {
        Self { project, services, summary: Vec::new() }
    }

    /// See [`Project::services`](super::Project::services).
    pub(in crate::project) fn summary(&self) -> Vec<(String, usize, String)> {
        self.summary.clone()
    }
}

/// Fails if there is nothing to serve.
fn check(order: &Order<'_>, served: &[PackagedService<'_>], called: &[PackagedService<'_>]) -> Result<(), Failure> {
    let is_gateway = order.parts.contains(&ProjectPart::Gateway) && !called.is_empty();
    if served.is_empty() && !is_gateway {
        let files = order.served.join(", ");
        let help = "name a file that declares a `service`; its imports are copied too";
        return Err(format!("{files}: error: no service\n  help: {help}").into());
    }
    if is_gateway && !called.iter().any(|(_, service)| service.is_routed()) {
        let help = "add `option (google.api.http)` to their methods, or omit --gateway";
        return Err(format!("error: no method of the services in --client has an HTTP route\n  help: {help}").into());
    }
    Ok(())
}

/// Describes the services of the named files, each with the name of its file, for a project that exists. `taken` are names of files
/// that no longer implement a service.
pub(in crate::project) fn describe(
    input: &Input,
    options: &Options,
    model: &Model,
    taken: &BTreeSet<String>,
) -> Vec<(String, Value)> {
    let (services, _) = services(input, options, model);
    let mut names = ServiceNames::new(&services, taken);
    // Only the values of requests and responses in tests name the crate.
    let print = ServicePrinter { model, krate: "crate".to_owned() };
    let value = |(package, service): &PackagedService<'_>| {
        let named = names.take(service);
        (named.module.plain().to_owned(), print.service(package, service, &named))
    };
    services.iter().map(value).collect()
}

/// Describes the services that a project calls.
pub(in crate::project) fn describe_clients(input: &Input, options: &Options, model: &Model) -> Vec<Value> {
    let (_, called) = services(input, options, model);
    ServicePrinter { model, krate: "crate".to_owned() }.clients(&called)
}

/// The services that the project serves, and those that it calls, without those of imports.
fn services<'a>(
    input: &Input,
    options: &Options,
    model: &'a Model,
) -> (Vec<PackagedService<'a>>, Vec<PackagedService<'a>>) {
    let all = model.packages.iter().flat_map(|package| package.services.iter().map(move |service| (package, service)));
    let named = all.filter(|(_, service)| input.generate.contains(&service.position.file));
    named.partition(|(_, service)| options.serves(&service.name))
}

fn project(order: &Order<'_>, services: Vec<Value>, model: &Model, uses_deprecated: bool) -> Value {
    let checks_rules = model.has_rules() && order.options.checks_rules;
    let Order { name, input, member, .. } = order;
    let (runtime_path, runtime_git) = match &order.runtime {
        Runtime::Folder(path) => (Some(path.as_str()), None),
        Runtime::Git(url) => (None, Some(url.as_str())),
        Runtime::Workspace => (None, None),
    };
    context! {
        api_version => API_VERSION,
        name => name.as_str(),
        crate_name => name.krate(),
        dns_name => name.as_str().replace('_', "-"),
        version => env!("CARGO_PKG_VERSION"),
        rust_version => env!("CARGO_PKG_RUST_VERSION"),
        runtime_path,
        runtime_git,
        runtime_features => runtime_features(order.options, checks_rules),
        parts => parts(order.parts),
        options => options(order.given),
        member,
        protos => input.generate.clone(),
        served => order.served.to_vec(),
        import_folders => import_folders(input),
        checks_rules,
        uses_deprecated,
        services,
    }
}

/// The features of the runtime that the project needs.
fn runtime_features(options: &Options, checks_rules: bool) -> Vec<&'static str> {
    let times = |times: Times| match times {
        Times::Runtime => None,
        Times::Chrono => Some("chrono"),
        Times::Jiff => Some("jiff"),
        Times::Time => Some("time"),
    };
    let overrides = [&options.overrides.timestamps, &options.overrides.durations];
    let mut features: Vec<_> = overrides.into_iter().flat_map(|scoped| scoped.all()).filter_map(times).collect();
    features.extend(["full", "otlp"]);
    features.extend(checks_rules.then_some("validate"));
    features.sort_unstable();
    features.dedup();
    features
}

fn parts(parts: &Parts) -> BTreeMap<&'static str, bool> {
    ProjectPart::ALL.into_iter().map(|part| (part.name(), parts.contains(&part))).collect()
}

/// The options of the generator, each with its values.
fn options(given: &GivenOptions) -> Vec<Value> {
    let mut options: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in given.pairs() {
        options.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    options.into_iter().map(|(name, values)| context! { name, values }).collect()
}

/// The folders of imported public schemas.
fn import_folders(input: &Input) -> Vec<&'static str> {
    let lies_in = |folder: &str| {
        let names = input.files.iter().map(|file| file.descriptor.name.as_str());
        let kept = names.filter(|name| !name.starts_with("google/protobuf/"));
        kept.filter_map(|name| name.strip_prefix(folder)).any(|rest| rest.starts_with('/'))
    };
    ["buf", "google", "rust_svc"].into_iter().filter(|folder| lies_in(folder)).collect()
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
