//! Rules of `google.api.http`, one function each.

use std::{collections::BTreeMap, slice};

use rust_svc::path::Variable;

use super::{
    field_path::{FieldPathError, named, resolve},
    oneofs::chosen_before,
};
use crate::{
    diagnostics::Problem,
    model::{Message, Method, Model, Route, WellKnown},
};

/// Checks a route by all rules.
pub(super) fn check_route(model: &Model, method: &Method, route: &Route) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some(request) = model.message(&method.request_name) {
        problems.extend(check_variables(model, request, route));
        problems.extend(check_members(model, request, route));
        problems.extend(check_body(request, route));
    }
    problems.extend(check_verb(route));
    problems.extend(check_response_body(model, method, route));
    problems.extend(check_headers(model, method));
    problems.extend(check_streaming(method, route));
    problems.extend(check_single_value_body(method, route));
    problems
}

/// Checks that each path variable is a singular field of the request or of a nested message.
fn check_variables(model: &Model, request: &Message, route: &Route) -> Vec<Problem> {
    let variables = route.template.variables().iter();
    let problems = variables.filter_map(|variable| {
        let FieldPathError { what, help } = resolve(model, request, variable).err()?;
        let message = format!("path variable `{}` in `{}` {what}", name(variable), route.template.as_str());
        Some(Problem::new("E0202", &route.position, message, help))
    });
    problems.collect()
}

/// Checks that path and body set at most one member of each oneof.
fn check_members(model: &Model, request: &Message, route: &Route) -> Vec<Problem> {
    let (mut seen, mut problems) = (BTreeMap::new(), Vec::new());
    for variable in route.template.variables() {
        if let Some(other) = chosen_before(model, request, variable.field_path(), &mut seen) {
            let (path, name) = (route.template.as_str(), name(variable));
            let message = format!("path variables `{other}` and `{name}` in `{path}` set members of one oneof");
            let help = "declare a route for each in additional_bindings";
            problems.push(Problem::new("E0202", &route.position, message, help));
        }
    }
    if let Some(other) = chosen_before(model, request, slice::from_ref(&route.body), &mut seen) {
        let message = format!("path variable `{other}` and body `{}` set members of one oneof", route.body);
        problems.push(Problem::new("E0203", &route.body_position, message, "set it in only one of them"));
    }
    problems
}

fn name(variable: &Variable) -> String {
    variable.field_path().join(".")
}

/// Checks that the HTTP method may have a body.
fn check_verb(route: &Route) -> Option<Problem> {
    let is_wrong = !route.body.is_empty() && matches!(route.verb.as_str(), "GET" | "DELETE");
    let message = || format!("body on {} `{}`", route.verb, route.template.as_str());
    is_wrong.then(|| Problem::new("E0203", &route.body_position, message(), "omit `body`, or use `post`"))
}

/// Checks that the body is a top-level field that the path does not set.
fn check_body(request: &Message, route: &Route) -> Vec<Problem> {
    if route.body.is_empty() || route.body == "*" {
        return Vec::new();
    }
    let mut problems = Vec::new();
    if let Err(FieldPathError { what, help }) = named(request, &route.body) {
        let message = format!("body `{}` {what}", route.body);
        let help = format!("{help}; `*` is the whole request");
        problems.push(Problem::new("E0203", &route.body_position, message, help));
    }
    if route.template.variables().iter().any(|variable| *variable.field_path() == [route.body.clone()]) {
        let message = format!("both path and body set `{}`", route.body);
        problems.push(Problem::new("E0203", &route.body_position, message, "set it in only one of them"));
    }
    problems
}

/// Checks that the response body is a top-level field of the response.
fn check_response_body(model: &Model, method: &Method, route: &Route) -> Option<Problem> {
    let response = model.message(&method.response_name).filter(|_| !route.response_body.is_empty())?;
    let FieldPathError { what, help } = named(response, &route.response_body).err()?;
    let message = format!("response_body `{}` {what}", route.response_body);
    Some(Problem::new("E0203", &route.response_body_position, message, help))
}

/// Checks that headers have only fields of the response.
fn check_headers(model: &Model, method: &Method) -> Vec<Problem> {
    let Some(response) = model.message(&method.response_name) else { return Vec::new() };
    let problems = method.http_response.fields().filter_map(|field| {
        let FieldPathError { what, help } = named(response, field).err()?;
        let message = format!("`{field}` in a header of `{}` {what}", method.name);
        Some(Problem::new("E0204", &method.http_response.position, message, help))
    });
    problems.collect()
}

/// Checks that a client stream has a body.
fn check_streaming(method: &Method, route: &Route) -> Option<Problem> {
    let is_wrong = method.kind.takes_stream() && route.body.is_empty();
    let message = || format!("route without a body for the client stream of `{}`", method.name);
    let help = "use `post`, `put` or `patch` with `body: \"*\"`";
    is_wrong.then(|| Problem::new("E0206", &route.position, message(), help))
}

/// Checks that no path variable is inside a body that is a single JSON value.
fn check_single_value_body(method: &Method, route: &Route) -> Option<Problem> {
    let request = &method.request_name;
    let is_wrong = route.body == "*" && !route.template.variables().is_empty() && is_single_value(request);
    let message = || format!("the body is all of `{request}`, a single value in JSON: the path cannot set its fields");
    let help = "omit `body`, or name a field that the path does not fill";
    is_wrong.then(|| Problem::new("E0207", &route.body_position, message(), help))
}

fn is_single_value(message: &str) -> bool {
    let known = message.strip_prefix("google.protobuf.").and_then(WellKnown::message);
    known.is_some_and(WellKnown::is_one_value)
}
