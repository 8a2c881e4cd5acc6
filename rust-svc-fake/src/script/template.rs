//! Responses that are made of requests: `${request.items[0].product_id}`.

use prost_reflect::MessageDescriptor;
use serde_json::Value;

use super::place::check_place;
use crate::contract::{Dynamic, DynamicMethod};

/// A response, with places for values of the request.
#[derive(Clone, Debug)]
pub(super) struct Template {
    descriptor: MessageDescriptor,
    json: Value,
    /// The message, if nothing depends on the request.
    fixed: Option<Dynamic>,
}

impl Template {
    /// Creates the response of a method. Fails if there is an unknown field, also of the request, or a value of another type.
    pub(super) fn new(method: &DynamicMethod, json: &Value) -> Result<Self, String> {
        check(&method.input, json)?;
        let fixed = match depends(json) {
            true => None,
            false => Some(Dynamic::from_json(method.output.clone(), json)?),
        };
        Ok(Self { descriptor: method.output.clone(), json: json.clone(), fixed })
    }

    /// Returns the message, if nothing depends on the request.
    pub(super) fn fixed(&self) -> Option<&Dynamic> {
        self.fixed.as_ref()
    }

    /// Makes the response to a request.
    pub(super) fn render(&self, request: Option<&Dynamic>) -> Result<Dynamic, String> {
        match &self.fixed {
            Some(fixed) => Ok(fixed.clone()),
            None => {
                let request = request.map_or(Value::Null, Dynamic::to_full_json);
                Dynamic::from_json(self.descriptor.clone(), &fill(&self.json, &request))
            }
        }
    }
}

/// Checks the places for values of a request.
fn check(request: &MessageDescriptor, json: &Value) -> Result<(), String> {
    match json {
        Value::String(text) => text.split("${request").skip(1).try_for_each(|rest| check_place(request, rest)),
        Value::Array(values) => values.iter().try_for_each(|value| check(request, value)),
        Value::Object(entries) => entries.values().try_for_each(|value| check(request, value)),
        _ => Ok(()),
    }
}

fn depends(json: &Value) -> bool {
    match json {
        Value::String(text) => text.contains("${request"),
        Value::Array(values) => values.iter().any(depends),
        Value::Object(entries) => entries.values().any(depends),
        _ => false,
    }
}

fn fill(json: &Value, request: &Value) -> Value {
    match json {
        Value::String(text) => fill_text(text, request),
        Value::Array(values) => values.iter().map(|value| fill(value, request)).collect(),
        Value::Object(entries) => {
            Value::Object(entries.iter().map(|(key, value)| (key.clone(), fill(value, request))).collect())
        }
        other => other.clone(),
    }
}

/// Replaces places in a text. A text that is one place becomes the value itself, whatever its type.
fn fill_text(text: &str, request: &Value) -> Value {
    let mut rest = text;
    let mut filled = String::new();
    while let Some((before, after)) = rest.split_once("${request") {
        let Some((path, after)) = after.split_once('}') else { break };
        let value = find(request, path);
        if before.is_empty() && after.is_empty() && filled.is_empty() {
            return value.clone();
        }
        filled.push_str(before);
        match value {
            Value::String(text) => filled.push_str(text),
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    Value::String(filled + rest)
}

/// Returns the value at a path such as `.items[0].product_id`; null if there is none.
fn find<'a>(value: &'a Value, path: &str) -> &'a Value {
    let steps = path.split(['.', '[', ']']).filter(|step| !step.is_empty());
    steps.fold(value, |value, step| match step.parse::<usize>() {
        Ok(index) if value.is_array() => value.get(index).unwrap_or(&Value::Null),
        _ => value.get(step).unwrap_or(&Value::Null),
    })
}
