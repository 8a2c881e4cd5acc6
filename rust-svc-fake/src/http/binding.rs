//! The routes of a method.

use prost_reflect::{DynamicMessage, MethodDescriptor, Value};
use rust_svc::gateway::{Route, route};

const HTTP: &str = "google.api.http";
/// The option for the response to a successful call.
const RESPONSE: &str = "rust_svc.v1.http";

/// Returns the routes of a method, each of which the process keeps until it ends.
pub(super) fn bindings(method: &MethodDescriptor) -> Vec<Route> {
    let Some(rule) = option(method, HTTP) else { return Vec::new() };
    let additional = list(&rule, "additional_bindings");
    let rules = std::iter::once(&rule).chain(additional.iter().filter_map(Value::as_message));
    let response = option(method, RESPONSE);
    rules.filter_map(|rule| binding(rule, response.as_ref())).collect()
}

fn option(method: &MethodDescriptor, name: &str) -> Option<DynamicMessage> {
    let extension = method.parent_pool().get_extension_by_name(name)?;
    let options = method.options();
    let is_set = options.has_extension(&extension);
    is_set.then(|| options.get_extension(&extension).as_message().cloned()).flatten()
}

fn binding(rule: &DynamicMessage, response: Option<&DynamicMessage>) -> Option<Route> {
    let (kind, template) = kind_and_template(rule)?;
    let bound = route::custom(kind, template).body(text(rule, "body")).response_body(text(rule, "response_body"));
    let Some(response) = response else { return Some(bound) };
    let status = response.get_field_by_name("status")?.as_u32().and_then(|status| u16::try_from(status).ok());
    let status = status.filter(|status| *status != 0).unwrap_or(200);
    Some(bound.status(status).headers(headers(response)))
}

fn kind_and_template(rule: &DynamicMessage) -> Option<(&'static str, &'static str)> {
    let verbs = ["get", "put", "post", "delete", "patch"];
    let found = verbs.into_iter().map(|verb| (verb, text(rule, verb))).find(|(_, template)| !template.is_empty());
    if let Some((verb, template)) = found {
        return Some((String::leak(verb.to_uppercase()), template));
    }
    let custom = rule.get_field_by_name("custom")?;
    let custom = custom.as_message()?;
    Some((text(custom, "kind"), text(custom, "path"))).filter(|(_, template)| !template.is_empty())
}

fn headers(response: &DynamicMessage) -> &'static [(&'static str, &'static str)] {
    let Some(headers) = response.get_field_by_name("headers") else { return &[] };
    let entries = headers.as_map().into_iter().flatten();
    let mut headers: Vec<(&'static str, &'static str)> =
        entries.filter_map(|(name, value)| Some((leak(name.as_str()?), leak(value.as_str()?)))).collect();
    headers.sort_unstable();
    headers.leak()
}

fn list(message: &DynamicMessage, field: &str) -> Vec<Value> {
    let values = message.get_field_by_name(field);
    values.and_then(|values| values.as_list().map(<[_]>::to_vec)).unwrap_or_default()
}

fn text(message: &DynamicMessage, field: &str) -> &'static str {
    message.get_field_by_name(field).and_then(|text| text.as_str().map(leak)).unwrap_or_default()
}

fn leak(text: &str) -> &'static str {
    if text.is_empty() { "" } else { String::leak(text.to_owned()) }
}
