//! Rules for `google.api.http`.

use std::{collections::BTreeMap, slice};

use rust_svc::path::Variable;

use crate::{
    diagnostics::{Diagnostics, suggest},
    model::{Cardinality, Field, Message, Method, Model, Oneof, Route, Value, WellKnown},
};

/// Checks that each path variable is a singular field of the request or of a nested message.
pub(super) fn check_variables(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let Some(request) = model.message(&method.request_name) else { return };
    for variable in route.template.variables() {
        if let Err(wrong) = resolve(model, request, variable) {
            let message = format!("path variable `{}` in `{}` {}", name(variable), route.template.as_str(), wrong.what);
            diagnostics.error("E0202", &route.position, message).help(wrong.help);
        }
    }
}

/// Checks that path and body set at most one member of each oneof.
pub(super) fn check_members(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let Some(request) = model.message(&method.request_name) else { return };
    let mut seen = BTreeMap::new();
    for variable in route.template.variables() {
        if let Some(other) = chosen_before(model, request, variable.field_path(), &mut seen) {
            let (path, name) = (route.template.as_str(), name(variable));
            let message = format!("path variables `{other}` and `{name}` in `{path}` set members of one oneof");
            diagnostics
                .error("E0202", &route.position, message)
                .help("declare a route for each in additional_bindings");
        }
    }
    if let Some(other) = chosen_before(model, request, slice::from_ref(&route.body), &mut seen) {
        let message = format!("path variable `{other}` and body `{}` set members of one oneof", route.body);
        diagnostics.error("E0203", &route.body_position, message).help("set it in only one of them");
    }
}

/// The member of a oneof that a variable sets, and the variable, by the path to the oneof and its name.
type Chosen<'a> = BTreeMap<(&'a [String], &'a str), (&'a str, String)>;

/// Records the members of oneofs that a path sets. Returns the path that already set another member.
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

/// A problem of a field path, and a fix.
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

/// The message of a singular field.
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

/// Finds the other field that has this name in JSON, so that a request would set that one.
fn in_json<'a>(message: &'a Message, field: &Field) -> Option<&'a Field> {
    message.fields().find(|other| other.number != field.number && other.json_name == field.name)
}

fn ambiguous(other: &Field) -> Wrong {
    Wrong {
        what: format!("is also the JSON name of `{}`", other.name),
        help: format!("give `{}` another json_name", other.name),
    }
}

fn unknown(message: &Message, name: &str) -> Wrong {
    if let Some(oneof) = message.oneofs().find(|oneof| oneof.name == name) {
        let what = format!("is a oneof of `{}`, not a field", message.name);
        let members: Vec<_> = oneof.fields.iter().map(|field| format!("`{}`", field.name)).collect();
        return Wrong { what, help: format!("use one of its members: {}", members.join(", ")) };
    }
    Wrong { what: format!("is not a field of `{}`", message.name), help: fields(message, name) }
}

fn not_single(field: &Field) -> Wrong {
    Wrong {
        what: format!("is {}", kind_of(field)),
        help: "a path variable is a singular scalar, bytes or enum field".to_owned(),
    }
}

fn kind_of(field: &Field) -> &'static str {
    match (field.cardinality, &field.value) {
        (Cardinality::Map(_), _) => "a map",
        (Cardinality::Repeated, _) => "repeated",
        (_, Value::Message(_)) => "a message",
        _ => "not a single value in JSON",
    }
}

fn not_message(field: &Field) -> Wrong {
    let name = &field.name;
    match &field.value {
        Value::WellKnown(_) if is_single(field) => Wrong {
            what: format!("is inside `{name}`, a single value in JSON"),
            help: format!("end the path variable at `{name}`"),
        },
        _ => Wrong {
            what: format!("is inside `{name}`, which is not a singular message"),
            help: "all parts but the last must be singular messages".to_owned(),
        },
    }
}

fn fields(message: &Message, name: &str) -> String {
    let names: Vec<_> = message.fields().map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        "the message has no fields".to_owned()
    } else {
        suggest::field(name, &names, "its fields are")
    }
}

fn name(variable: &Variable) -> String {
    variable.field_path().join(".")
}

/// Checks that the body is a top-level field that the path does not set.
pub(super) fn check_body(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    if !route.body.is_empty() && matches!(route.verb.as_str(), "GET" | "DELETE") {
        let message = format!("body on {} `{}`", route.verb, route.template.as_str());
        diagnostics.error("E0203", &route.body_position, message).help("omit `body`, or use `post`");
    }
    let Some(request) = model.message(&method.request_name) else { return };
    if route.body.is_empty() || route.body == "*" {
        return;
    }
    if let Err(Wrong { what, help }) = named(request, &route.body) {
        let message = format!("body `{}` {what}", route.body);
        diagnostics.error("E0203", &route.body_position, message).help(format!("{help}; `*` is the whole request"));
    }
    if route.template.variables().iter().any(|variable| *variable.field_path() == [route.body.clone()]) {
        let message = format!("both path and body set `{}`", route.body);
        diagnostics.error("E0203", &route.body_position, message).help("set it in only one of them");
    }
}

/// Checks that the response body is a top-level field of the response.
pub(super) fn check_response_body(model: &Model, method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    let Some(response) = model.message(&method.response_name) else { return };
    if route.response_body.is_empty() {
        return;
    }
    if let Err(Wrong { what, help }) = named(response, &route.response_body) {
        let message = format!("response_body `{}` {what}", route.response_body);
        diagnostics.error("E0203", &route.response_body_position, message).help(help);
    }
}

/// Checks that a message has a field of this name, and that it is not the JSON name of another field.
fn named(message: &Message, name: &str) -> Result<(), Wrong> {
    let field = message.field(name).ok_or_else(|| unknown(message, name))?;
    in_json(message, field).map_or(Ok(()), |other| Err(ambiguous(other)))
}

/// Checks that a client stream has a body.
pub(super) fn check_streaming(method: &Method, route: &Route, diagnostics: &mut Diagnostics) {
    if method.kind.takes_stream() && route.body.is_empty() {
        let message = format!("route without a body for the client stream of `{}`", method.name);
        let help = "use `post`, `put` or `patch` with `body: \"*\"`";
        diagnostics.error("E0206", &route.position, message).help(help);
    }
}

/// Checks that no two routes match the same requests.
pub(super) fn check_duplicates(model: &Model, diagnostics: &mut Diagnostics) {
    let mut seen: BTreeMap<(&str, String), (&Method, &Route)> = BTreeMap::new();
    let all = all_methods(model).flat_map(|method| method.routes.iter().map(move |route| (method, route)));
    for (method, route) in all.filter(|(method, route)| is_fillable(model, method, route)) {
        let key = (route.verb.as_str(), route.template.shape());
        let Some((other_method, other)) = seen.get(&key) else {
            seen.insert(key, (method, route));
            continue;
        };
        let (one, two) = (full_name(other_method), full_name(method));
        let text =
            format!("conflicting routes: {} `{}` of `{one}` and of `{two}`", route.verb, route.template.as_str());
        let position = &other.position;
        let help =
            format!("change one of them; the other is at {}:{}:{}", position.file, position.line, position.column);
        diagnostics.error("E0205", &route.position, text).help(help);
    }
}

/// Whether the path of a route is valid for the request; other rules report it if not.
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
pub(super) fn all_methods(model: &Model) -> impl Iterator<Item = &Method> {
    model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods)
}

/// The name of a method, such as `order.v1.OrderService/GetOrder`.
fn full_name(method: &Method) -> &str {
    method.path.0.trim_start_matches('/')
}
