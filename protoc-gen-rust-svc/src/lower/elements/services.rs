//! Services, methods and their routes.

use super::{
    fields::message_value,
    policy::{self, Owner},
};
use crate::{
    docs::Docs,
    lower::{lowering::Lowering, names::full_name},
    model::{Attribute, Literal, Method, MethodKind, Origin, Policy, Service, Value, WellKnown},
    names::{Ident, Scope},
    options::Types,
    read::{
        File,
        descriptor::{MethodDescriptor, ServiceDescriptor},
    },
};

/// The field numbers on the path to a method and its options.
const FILE_SERVICE: i32 = 6;
const SERVICE_METHOD: i32 = 2;
const SERVICE_OPTIONS: i32 = 3;
const METHOD_OPTIONS: i32 = 4;

impl Lowering<'_> {
    /// The services of a file.
    pub(super) fn services(&mut self, index: usize, module: &[Ident]) -> Vec<Service> {
        let input = self.input;
        let file = &input.files[index];
        let services = file.descriptor.service.iter().enumerate();
        services.map(|(index, service)| self.service(file, module, service, &[FILE_SERVICE, index as i32])).collect()
    }

    fn service(&mut self, file: &File, module: &[Ident], service: &ServiceDescriptor, path: &[i32]) -> Service {
        let name = full_name(&file.descriptor.package, &service.name);
        let mut functions = Scope::default();
        let mut constants = Scope::default();
        let defaults = service.options.as_ref().and_then(|options| options.defaults.as_ref()).map(policy::of_service);
        if defaults.is_some() {
            constants.take(Ident::shouting("Defaults"));
        }
        let methods = service.method.iter().enumerate().map(|(index, method)| {
            let path: Vec<_> = path.iter().copied().chain([SERVICE_METHOD, index as i32]).collect();
            let names = (functions.take(Ident::snake(&method.name)), constants.take(Ident::shouting(&method.name)));
            self.method(file, module, service, method, names, &path)
        });
        let methods: Vec<Method> = methods.collect();
        let scope = self.types.scope(&file.descriptor.package);
        let ident = scope.take(Ident::camel(&service.name));
        let snake = Ident::snake(&service.name);
        let options = service.options.clone().unwrap_or_default();
        Service {
            module: scope.take(snake.clone()),
            adapter: scope.take(Ident::snake(&format!("{}_adapter", snake.plain()))),
            client: scope.take(Ident::camel(&format!("{}Client", ident.plain()))),
            gateway: scope.take(Ident::snake(&format!("{}_gateway", snake.plain()))),
            fake: scope.take(Ident::camel(&format!("{}Fake", ident.plain()))),
            docs: Docs::new(&file.source.comment(path), || format!("The service `{name}`.")),
            attribute: if options.deprecated { Attribute::Deprecated } else { Attribute::None },
            is_hidden: self.is_hidden(options.visibility.as_ref()),
            has_default_methods: self.options.has_default_methods,
            defaults: defaults.filter(|_| methods.iter().any(|method| !method.policy.inherited.is_empty())),
            is_served: self.options.serves(&name),
            methods,
            position: file.source.position(path),
            ident,
            name,
        }
    }

    fn method(
        &mut self,
        file: &File,
        module: &[Ident],
        service: &ServiceDescriptor,
        method: &MethodDescriptor,
        (ident, constant): (Ident, Ident),
        path: &[i32],
    ) -> Method {
        let options = method.options.clone().unwrap_or_default();
        let position = file.source.position(path);
        let full_service = full_name(&file.descriptor.package, &service.name);
        let message = |name: &str| self.apply_overrides(&full_service, message_value(name.trim_start_matches('.')));
        let (request, response) = (message(&method.input_type), message(&method.output_type));
        for message in [&request, &response] {
            self.check_reachable(file, message, &position);
        }
        Method {
            name: method.name.clone(),
            path: Literal(format!("/{full_service}/{}", method.name)),
            ident,
            constant,
            kind: kind(method),
            request: self.type_text(&request, module),
            response: self.type_text(&response, module),
            imports: [&request, &response].into_iter().filter_map(|value| self.import(value, module)).collect(),
            request_name: method.input_type.trim_start_matches('.').to_owned(),
            has_default_response: false,
            response_name: method.output_type.trim_start_matches('.').to_owned(),
            docs: Docs::new(&file.source.comment(path), || format!("The method `{}`.", method.name)),
            attribute: if options.deprecated { Attribute::Deprecated } else { Attribute::None },
            is_hidden: self.is_hidden(options.visibility.as_ref()),
            policy: self.policy(file, service, method, path),
            // Without a gateway, routes are of no use.
            routes: match self.options.has_gateway(&full_service) {
                true => self.routes(file, &full_service, method, options.http.as_ref(), path),
                false => Vec::new(),
            },
            http_response: self.http_response(file, options.http_response.as_ref(), path),
            position,
        }
    }

    fn policy(&mut self, file: &File, service: &ServiceDescriptor, method: &MethodDescriptor, path: &[i32]) -> Policy {
        let defaults = service.options.as_ref().and_then(|options| options.defaults.as_ref());
        let position = |owner: Owner, field: &[i32]| {
            let option = match owner {
                Owner::Method => [path, &[METHOD_OPTIONS, policy::METHOD]].concat(),
                // The path to the method starts with that to its service.
                Owner::Service => [&path[..2], &[SERVICE_OPTIONS, policy::DEFAULTS]].concat(),
            };
            file.source.position(&[&option, field].concat())
        };
        let options = method.options.clone().unwrap_or_default();
        let full_service = full_name(&file.descriptor.package, &service.name);
        let mut policy = policy::Merge::new(defaults, &options, method, &position, self.diagnostics).policy();
        let configs = &self.options.service_configs;
        policy::configure(&mut policy, &configs.method(&full_service, &method.name));
        policy.throttling = configs.retry_budget();
        policy
    }

    /// The name that other files of the package import for a message.
    fn import(&self, value: &Value, module: &[Ident]) -> Option<Ident> {
        let Value::Message(name) = value else { return None };
        let is_beside =
            self.options.types == Types::Domain && self.types.name(name).origin == Origin::Local(module.to_vec());
        is_beside.then(|| self.types.name(name).domain.first().cloned())?
    }

    /// The type of a message in the signatures of a trait.
    fn type_text(&self, value: &Value, module: &[Ident]) -> String {
        match (value, self.options.types) {
            // Types of the package need no path: they are in the same file, or imported.
            (Value::Message(name), Types::Domain) if self.types.name(name).origin == Origin::Local(module.to_vec()) => {
                self.types.name(name).domain_from(module, 0)
            }
            (Value::Message(name), _) => self.types.name(name).domain_from(module, 1),
            (Value::WellKnown(known), Types::Domain) => known.rust(),
            (Value::WellKnown(known), Types::Proto) => known.wire(),
            (Value::Scalar(_) | Value::Enum(_), _) => WellKnown::Empty.rust(),
        }
    }
}

fn kind(method: &MethodDescriptor) -> MethodKind {
    match (method.client_streaming, method.server_streaming) {
        (false, false) => MethodKind::Unary,
        (false, true) => MethodKind::ServerStreaming,
        (true, false) => MethodKind::ClientStreaming,
        (true, true) => MethodKind::BidiStreaming,
    }
}
