//! The few lines of a service's artefacts that may be too long for one line.
//!
//! Everything else stands in the templates as it is printed.

use std::collections::BTreeSet;

use crate::{
    model::{Method, Package, Route, Service},
    names::Ident,
};

/// How long a line may be.
const WIDTH: usize = 120;

/// A constant with all that is known of a method, four columns in.
pub(super) fn constant(method: &Method) -> String {
    let head = format!("pub const {}: svc::Method = svc::Method::{}({})", method.constant, method.kind, method.path);
    let calls = method.policy.calls();
    let line = format!("{head}{};", calls.concat());
    if fits(4, &line) {
        return line;
    }
    let calls: String = calls.iter().map(|call| format!("\n        {call}")).collect();
    format!("{head}{calls};")
}

/// The function in the trait, with a body if it need not be written.
pub(super) fn declaration(service: &Service, method: &Method) -> String {
    let signature = signature(method);
    if !service.has_default_methods {
        return format!("{signature};");
    }
    let constant = format!("{}::{}", service.module, method.constant);
    format!(
        "{signature} {{\n        let _ = (cx, request);\n        Err(svc::Error::unimplemented({constant}))\n    }}"
    )
}

/// The function of the trait.
pub(super) fn signature(method: &Method) -> String {
    let (name, takes, returns) = (&method.ident, method.takes(), method.returns());
    let line = format!("async fn {name}(&self, cx: svc::Context, request: {takes}) -> svc::Result<{returns}>");
    // What follows is ` {` or `;`.
    if fits(4, &format!("{line} {{")) {
        return line;
    }
    format!(
        "async fn {name}(\n        &self,\n        cx: svc::Context,\n        request: {takes},\n    ) -> svc::Result<{returns}>"
    )
}

/// The head of the function that serves a service, and the brace behind it.
pub(super) fn server(function: &Ident, service: &Ident, returns: &str, sized: String) -> String {
    // A service may have the name that the parameter usually has.
    let s = if service.as_str() == "S" { "T" } else { "S" };
    let takes = format!("(service: ::std::sync::Arc<{s}>)");
    let line = format!("pub fn {function}<{s}: {service} + ?{sized}>{takes} -> svc::{returns}<{s}> {{");
    if fits(0, &line) {
        return line;
    }
    format!("pub fn {function}<{s}>{takes} -> svc::{returns}<{s}>\nwhere\n    {s}: {service} + ?{sized},\n{{")
}

/// What a file that implements the traits takes from the package: these, their constants and their types.
pub(super) fn imports(package: &Package) -> String {
    let types = package.services.iter().flat_map(|service| &service.methods).flat_map(|method| &method.imports);
    import(of_traits(&package.services).chain(types))
}

/// What a file that calls the traits for gRPC takes from the package.
pub(super) fn adapter_imports(package: &Package) -> String {
    import(of_traits(&package.services))
}

/// What a file that calls the traits for HTTP takes from the package.
pub(super) fn gateway_imports(package: &Package) -> String {
    let types = package.has_types().then_some(&package.artefacts.json);
    import(of_traits(package.routed()).chain(types))
}

/// Traits and, of those with methods, the constants.
fn of_traits<'a>(services: impl IntoIterator<Item = &'a Service>) -> impl Iterator<Item = &'a Ident> {
    services.into_iter().flat_map(|service| {
        let constants = (!service.methods.is_empty()).then_some(&service.module);
        [&service.ident].into_iter().chain(constants)
    })
}

fn import<'a>(names: impl Iterator<Item = &'a Ident>) -> String {
    let names: BTreeSet<_> = names.map(Ident::as_str).collect();
    let names: Vec<_> = names.into_iter().collect();
    if let [name] = names.as_slice() {
        return format!("use super::{name};");
    }
    let line = format!("use super::{{{}}};", names.join(", "));
    if fits(0, &line) { line } else { format!("use super::{{\n{}\n}};", filled(&names)) }
}

/// Names in lines four columns in, each as long as may be.
fn filled(names: &[&str]) -> String {
    let mut lines = vec![String::new()];
    for name in names {
        let last = lines.len() - 1;
        let longer = format!("{}{}{name},", lines[last], if lines[last].is_empty() { "    " } else { " " });
        if lines[last].is_empty() || fits(0, &longer) {
            lines[last] = longer;
        } else {
            lines.push(format!("    {name},"));
        }
    }
    lines.join("\n")
}

/// The messages that a gateway knows of, if the package has any.
pub(super) fn types(package: &Package) -> String {
    if package.has_types() { format!(".types({}::TYPES)", package.artefacts.json) } else { String::new() }
}

/// A method of an adapter.
pub(super) fn adapter_call(package: &Package, service: &Service, method: &Method) -> String {
    call(package, method, &format!("{}::{}", service.module, method.constant))
}

/// A route of a gateway.
pub(super) fn gateway_call(package: &Package, service: &Service, method: &Method, route: &Route) -> String {
    call(package, method, &format!("{}::{}, {route}", service.module, method.constant))
}

/// A call in a chain, eight columns in.
fn call(package: &Package, method: &Method, arguments: &str) -> String {
    let (kind, name, (taken, given)) = (method.kind, &method.ident, request(package, method));
    let line = format!(".{kind}({arguments}, |it, cx, {taken}| it.{name}(cx, {given}))");
    let head = format!(".{kind}({arguments}, |it, cx, {taken}| {{");
    if fits(8, &line) {
        return line;
    }
    if fits(8, &head) {
        return format!("{head}\n            it.{name}(cx, {given})\n        }})");
    }
    let arguments = arguments.replacen(", ", ",\n            ", 1);
    format!(".{kind}(\n            {arguments},\n            |it, cx, {taken}| it.{name}(cx, {given}),\n        )")
}

/// A request as a call takes it, and as it gives it to the trait.
fn request(package: &Package, method: &Method) -> (String, String) {
    let plain = || "request".to_owned();
    let Some(check) = package.check(method) else { return (plain(), plain()) };
    let checked = format!("svc::Validated(request, super::{}::{})", package.artefacts.convert, check.ident);
    match method.kind.takes_stream() {
        true => (plain(), format!("request.map(|{checked}| request)")),
        false => (checked, plain()),
    }
}

/// What makes a fake takes the session that its methods report to, if it has any.
pub(super) fn session(service: &Service) -> &'static str {
    if service.methods.is_empty() { "_" } else { "session" }
}

/// A field of a fake.
pub(super) fn fake_field(method: &Method) -> String {
    let head = format!("pub {}: svc::fake::{}", method.ident, method.kind.camel());
    let line = format!("{head}<{}, {}>,", method.request, method.response);
    if fits(4, &line) {
        return line;
    }
    format!("{head}<\n        {},\n        {},\n    >,", method.request, method.response)
}

fn fits(indent: usize, line: &str) -> bool {
    indent + line.chars().count() <= WIDTH
}
