//! Rules for `google.api.http`.

use std::{collections::BTreeMap, slice};

use rust_svc::path::Variable;

use crate::{
    diagnostics::{Diagnostics, suggest},
    model::{Cardinality, Field, Message, Method, Model, Oneof, Route, Value, WellKnown},
};

/// A variable of a path is a field with a single value, or one of a message within the message.
pub(super) fn check_variables(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let Some(request) = model.message(&method.request_name) else { return };
    for variable in route.template.variables() {
        if let Err(wrong) = resolve(model, request, variable) {
            let message = format!("`{{{}}}` in {:?} {}", name(variable), route.template.as_str(), wrong.what);
            diagnostics.error("E0202", &route.position, message).help(wrong.help);
        }
    }
}

/// A path fills only one member of a oneof, or what lies in one: no request could hold two.
pub(super) fn check_members(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let Some(request) = model.message(&method.request_name) else { return };
    let mut seen = BTreeMap::new();
    for variable in route.template.variables() {
        if let Some(other) = chosen_before(model, request, variable.field_path(), &mut seen) {
            let (path, name) = (route.template.as_str(), name(variable));
            let message = format!("`{{{other}}}` and `{{{name}}}` in {path:?} are members of one oneof");
            diagnostics.error("E0202", &route.position, message).help("write a route for each, by additional_bindings");
        }
    }
    if let Some(other) = chosen_before(model, request, slice::from_ref(&route.body), &mut seen) {
        let message = format!("the path fills `{other}`, and the body `{}`: members of one oneof", route.body);
        diagnostics.error("E0203", &route.body_position, message).help("let one of them fill it");
    }
}

/// Which member a path fills of a oneof, and the path; by where the oneof is, and its name.
type Chosen<'a> = BTreeMap<(&'a [String], &'a str), (&'a str, String)>;

/// Notes which members of oneofs a path fills. If one of these has another member already, the path that fills that.
fn chosen_before<'a>(
    model: &'a Model,
    request: &'a Message,
    path: &'a [String],
    chosen: &mut Chosen<'a>,
) -> Option<String> {
    let (mut message, mut before) = (Some(request), None);
    for (index, segment) in path.iter().enumerate() {
        let holder = message?;
        if let Some(oneof) = oneof_of(holder, segment) {
            let (member, other) = chosen.entry((&path[..index], oneof)).or_insert((segment, path.join(".")));
            before = before.or((*member != segment).then(|| other.clone()));
        }
        message = holder.field(segment).and_then(|field| inner(model, field));
    }
    before
}

/// The name of the oneof that a field is in.
fn oneof_of<'a>(message: &'a Message, field: &str) -> Option<&'a str> {
    let has = |oneof: &&Oneof| oneof.fields.iter().any(|member| member.name == field);
    message.oneofs().find(has).map(|oneof| oneof.name.as_str())
}

struct Wrong {
    what: String,
    help: String,
}

fn resolve(model: &Model, request: &Message, variable: &Variable) -> Result<(), Wrong> {
    let path = variable.field_path();
    let mut message = request;
    for (index, segment) in path.iter().enumerate() {
        let field = message.field(segment).ok_or_else(|| unknown(message, segment))?;
        if let Some(other) = in_json(message, field) {
            return Err(ambiguous(other));
        }
        if index + 1 == path.len() {
            return if is_single(field) { Ok(()) } else { Err(not_single(field)) };
        }
        message = inner(model, field).ok_or_else(|| not_message(field))?;
    }
    Ok(())
}

/// The message that a field holds, if it holds exactly one.
fn inner<'a>(model: &'a Model, field: &Field) -> Option<&'a Message> {
    match (&field.value, field.cardinality) {
        (_, Cardinality::Repeated | Cardinality::Map(_)) => None,
        (Value::Message(name), _) => model.message(name),
        _ => None,
    }
}

fn is_single(field: &Field) -> bool {
    let fits = match &field.value {
        Value::Scalar(_) | Value::Enum(_) => true,
        Value::Message(_) => false,
        Value::WellKnown(known) => {
            matches!(known, WellKnown::Wrapper(_) | WellKnown::Timestamp(_) | WellKnown::Duration(_))
        }
    };
    fits && !matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_))
}

/// The other field that goes by this name in JSON. A request then says the other one by it, in the path as in a body.
fn in_json<'a>(message: &'a Message, field: &Field) -> Option<&'a Field> {
    message.fields().find(|other| other.number != field.number && other.json_name == field.name)
}

fn ambiguous(other: &Field) -> Wrong {
    Wrong {
        what: format!("is also what JSON calls `{}`", other.name),
        help: format!("give `{}` another json_name", other.name),
    }
}

fn unknown(message: &Message, name: &str) -> Wrong {
    if let Some(oneof) = message.oneofs().find(|oneof| oneof.name == name) {
        let what = format!("is a oneof of {}, not a field", message.name);
        let members: Vec<_> = oneof.fields.iter().map(|field| format!("`{}`", field.name)).collect();
        return Wrong { what, help: format!("name one of its members: {}", members.join(", ")) };
    }
    Wrong { what: format!("is not a field of {}", message.name), help: fields(message, name) }
}

fn not_single(field: &Field) -> Wrong {
    Wrong {
        what: format!("is `{}`, which is more than a single value", field.name),
        help: "a variable is a number, a text, bytes or an enum".to_owned(),
    }
}

fn not_message(field: &Field) -> Wrong {
    let name = &field.name;
    match &field.value {
        Value::WellKnown(_) if is_single(field) => Wrong {
            what: format!("goes through `{name}`, which is a single value in JSON"),
            help: format!("end the variable with `{name}`"),
        },
        _ => Wrong {
            what: format!("goes through `{name}`, which is not a single message"),
            help: "every part of a variable but the last is a message that is not repeated".to_owned(),
        },
    }
}

fn fields(message: &Message, name: &str) -> String {
    let names: Vec<_> = message.fields().map(|field| field.name.as_str()).collect();
    if names.is_empty() { "it has no fields".to_owned() } else { suggest::field(name, &names, "its fields are") }
}

fn name(variable: &Variable) -> String {
    variable.field_path().join(".")
}

/// A body is a field that the path does not fill.
pub(super) fn check_body(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    if !route.body.is_empty() && matches!(route.verb.as_str(), "GET" | "DELETE") {
        let message = format!("{} {} has a body", route.verb, route.template.as_str());
        diagnostics.error("E0203", &route.body_position, message).help("leave `body` out, or use post");
    }
    let Some(request) = model.message(&method.request_name) else { return };
    if route.body.is_empty() || route.body == "*" {
        return;
    }
    if let Err(Wrong { what, help }) = named(request, &route.body) {
        let message = format!("body {:?} {what}", route.body);
        diagnostics.error("E0203", &route.body_position, message).help(format!("{help}; \"*\" is all of it"));
    }
    if route.template.variables().iter().any(|variable| *variable.field_path() == [route.body.clone()]) {
        let message = format!("the path fills `{}`, and so does the body", route.body);
        diagnostics.error("E0203", &route.body_position, message).help("let one of them fill it");
    }
}

/// The body of an answer is a field of the response.
pub(super) fn check_response_body(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let Some(response) = model.message(&method.response_name) else { return };
    if route.response_body.is_empty() {
        return;
    }
    if let Err(Wrong { what, help }) = named(response, &route.response_body) {
        let message = format!("response_body {:?} {what}", route.response_body);
        diagnostics.error("E0203", &route.response_body_position, message).help(help);
    }
}

/// Whether a field of a message goes by this name, and no other does in JSON.
fn named(message: &Message, name: &str) -> Result<(), Wrong> {
    let field = message.field(name).ok_or_else(|| unknown(message, name))?;
    in_json(message, field).map_or(Ok(()), |other| Err(ambiguous(other)))
}

/// A stream of requests is a body; what the path says is said of each of them.
pub(super) fn check_streaming(method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    if method.kind.takes_stream() && route.body.is_empty() {
        let message = format!("{} takes a stream, which only a body can be", method.name);
        let help = "use post, put or patch with body: \"*\"";
        diagnostics.error("E0206", &route.position, message).help(help);
    }
}

/// No request fits two routes that are equally good.
pub(super) fn check_duplicates(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, String), (&Method, &Route)> = BTreeMap::new();
    let all = methods(model).flat_map(|method| method.routes.iter().map(move |route| (method, route)));
    for (method, route) in all.filter(|(method, route)| is_fillable(model, method, route)) {
        let key = (route.verb.as_str(), route.template.shape());
        let Some((other_method, other)) = seen.get(&key) else {
            seen.insert(key, (method, route));
            continue;
        };
        let (one, two) = (full_name(other_method), full_name(method));
        let text = format!("{} {} leads to {one} and to {two}", route.verb, route.template.as_str());
        let position = &other.position;
        let help = format!("the other is at {}:{}:{}", position.file, position.line, position.column);
        diagnostics.error("E0205", &route.position, text).help(help);
    }
}

/// Whether the path of a route can fill a request. If not, that was told.
fn is_fillable(model: &Model, method: &Method, route: &Route) -> bool {
    let Some(request) = model.message(&method.request_name) else { return true };
    let mut seen = BTreeMap::new();
    let mut variables = route.template.variables().iter();
    variables.all(|variable| {
        let is_second = chosen_before(model, request, variable.field_path(), &mut seen).is_some();
        resolve(model, request, variable).is_ok() && !is_second
    })
}

/// The methods of all services.
pub(super) fn methods(model: &Model) -> impl Iterator<Item = &Method> {
    model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods)
}

/// Such as `order.v1.OrderService/GetOrder`.
fn full_name(method: &Method) -> &str {
    method.path.0.trim_start_matches('/')
}
