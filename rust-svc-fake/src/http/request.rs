//! Requests from their body, their path and their query.

use prost_reflect::MessageDescriptor;
use rust_svc::{Error, Result, Violation, gateway::JsonRequest};
use serde_json::{Map, Value};

use super::{
    fields::{find, message_of},
    parameter,
};
use crate::contract::{Dynamic, is_output_only};

/// Reads a request. Fails as gateways do: with `INVALID_ARGUMENT` and the field.
pub(super) fn read(descriptor: &MessageDescriptor, request: &JsonRequest) -> Result<Dynamic> {
    let body = body(request)?;
    let mut json = placed(descriptor, request, body.as_ref());
    if let (Some(mask), Some(body)) = (request.mask, &body) {
        set_mask(&mut json, descriptor, (mask, request.body_field), body);
    }
    for parameter in &request.parameters {
        let Value::Object(object) = &mut json else {
            return Err(Error::invalid_argument("the request must be an object"));
        };
        parameter::set(object, descriptor, &parameter.path, &parameter.texts)
            .map_err(|why| violation(&parameter.path.join("."), &why))?;
    }
    Dynamic::from_json(descriptor.clone(), &json)
        .map_err(|error| Error::invalid_argument(format!("the request: {error}")))
}

fn body(request: &JsonRequest) -> Result<Option<Value>> {
    if request.body.is_empty() {
        return Ok(None);
    }
    let json = serde_json::from_slice(&request.body).map(Some);
    json.map_err(|error| Error::invalid_argument(format!("the request is not valid JSON: {error}")))
}

/// Puts the body into its place. An empty body is an empty message.
fn placed(descriptor: &MessageDescriptor, request: &JsonRequest, body: Option<&Value>) -> Value {
    let mut object = Map::new();
    match (request.body_field, body) {
        ("*", Some(body)) => return body.clone(),
        ("" | "*", _) => {}
        (field, Some(body)) => {
            object.insert(field.to_owned(), body.clone());
        }
        (field, None) if is_plain_message(descriptor, field) => {
            object.insert(field.to_owned(), Value::Object(Map::new()));
        }
        _ => {}
    }
    Value::Object(object)
}

fn is_plain_message(descriptor: &MessageDescriptor, field: &str) -> bool {
    let message = find(descriptor, field).and_then(|field| message_of(&field));
    message.is_some_and(|message| !message.full_name().starts_with("google.protobuf."))
}

/// Fills the update mask of a PATCH with the fields that the body holds.
fn set_mask(json: &mut Value, descriptor: &MessageDescriptor, (mask, field): (&str, &str), body: &Value) {
    let resource = find(descriptor, field).and_then(|field| message_of(&field));
    let mut present = Vec::new();
    if let Some(resource) = resource {
        collect(&resource, body, "", &mut present);
    }
    present.sort_unstable();
    if let (Value::Object(json), false) = (json, present.is_empty()) {
        json.insert(mask.to_owned(), Value::from(parameter::camel_case(&present.join(","))));
    }
}

/// Collects the paths of the fields that JSON holds, without those that only the service sets.
fn collect(message: &MessageDescriptor, json: &Value, prefix: &str, found: &mut Vec<String>) {
    for (name, value) in json.as_object().into_iter().flatten() {
        let Some(field) = find(message, name).filter(|field| !is_output_only(field)) else { continue };
        let path = format!("{prefix}{}", field.name());
        let inner = message_of(&field).filter(|inner| !inner.full_name().starts_with("google.protobuf."));
        match inner.zip(value.as_object().filter(|object| !object.is_empty())) {
            Some((inner, _)) => collect(&inner, value, &format!("{path}."), found),
            None => found.push(path),
        }
    }
}

fn violation(field: &str, description: &str) -> Error {
    let violation = Violation::new(field, description);
    Error::invalid_argument(violation.to_string()).with_violations([violation])
}
