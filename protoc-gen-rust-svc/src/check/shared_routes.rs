//! Routes of several services, whose gateways cannot be on one server.

use std::collections::BTreeMap;

use crate::{
    diagnostics::Diagnostics,
    model::{Method, Model, Route, Service},
};

/// Reports routes that match the same requests as a route of another service.
pub(super) fn check_routes(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, String), (&Service, &Method, &Route)> = BTreeMap::new();
    let services = model.packages.iter().flat_map(|package| &package.services);
    for (service, method, route) in services.flat_map(routes) {
        let key = (route.verb.as_str(), route.template.shape());
        match seen.get(&key) {
            Some((other, ..)) if other.name == service.name => {}
            Some((_, other, at)) => warn((method, route), (other, at), diagnostics),
            None => drop(seen.insert(key, (service, method, route))),
        }
    }
}

fn routes(service: &Service) -> impl Iterator<Item = (&Service, &Method, &Route)> {
    let methods = service.methods.iter();
    methods.flat_map(move |method| method.routes.iter().map(move |route| (service, method, route)))
}

fn warn((method, route): (&Method, &Route), (other, at): (&Method, &Route), diagnostics: &mut Diagnostics) {
    let path = route.template.as_str();
    let text = format!("{} `{path}` is a route of `{}` and of `{}`", route.verb, name(other), name(method));
    let at = &at.position;
    let help =
        format!("gateways with both cannot share a server; the other is at {}:{}:{}", at.file, at.line, at.column);
    diagnostics.warning("W0607", &route.position, text).help(help);
}

/// The name of a method, such as `order.v1.OrderService/GetOrder`.
fn name(method: &Method) -> &str {
    method.path.0.trim_start_matches('/')
}
