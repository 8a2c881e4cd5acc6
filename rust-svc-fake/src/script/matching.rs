//! Requests that have some fields.

use prost_reflect::{Kind, MessageDescriptor};
use serde_json::Value;

use crate::contract::Dynamic;

/// The fields that a request must have.
#[derive(Clone, Debug)]
pub(super) struct PartialMessage {
    /// The fields that are named.
    named: Value,
    /// The whole message, in the form in which requests are compared.
    whole: Value,
    descriptor: MessageDescriptor,
}

impl PartialMessage {
    /// Fails if there is an unknown field, or a value of another type.
    pub(super) fn new(descriptor: &MessageDescriptor, named: &Value) -> Result<Self, String> {
        let whole = Dynamic::from_json(descriptor.clone(), named)?.to_full_json();
        Ok(Self { named: named.clone(), whole, descriptor: descriptor.clone() })
    }

    /// Returns each field that differs, as in `items[1].quantity: expected 2, got 0`.
    pub(super) fn differences(&self, message: &Dynamic) -> Vec<String> {
        let mut found = Vec::new();
        compare(&self.descriptor, "", [&self.named, &self.whole, &message.to_full_json()], &mut found);
        found
    }
}

/// Compares the named fields of a message.
fn compare(descriptor: &MessageDescriptor, path: &str, [named, whole, got]: [&Value; 3], found: &mut Vec<String>) {
    let (Value::Object(entries), Value::Object(_)) = (named, whole) else {
        return compare_values(path, whole, got, found);
    };
    if is_well_known(descriptor) {
        return compare_values(path, whole, got, found);
    }
    for (key, value) in entries {
        let field = descriptor.get_field_by_name(key).or_else(|| descriptor.get_field_by_json_name(key));
        let Some(field) = field else { continue };
        let path = if path.is_empty() { field.name().to_owned() } else { format!("{path}.{}", field.name()) };
        let (whole, got) = (&whole[field.name()], &got[field.name()]);
        match field.kind() {
            Kind::Message(message) if field.is_list() => compare_lists(&message, &path, [value, whole, got], found),
            Kind::Message(message) if !field.is_map() && got.is_object() => {
                compare(&message, &path, [value, whole, got], found);
            }
            _ => compare_values(&path, whole, got, found),
        }
    }
}

fn compare_lists(
    descriptor: &MessageDescriptor,
    path: &str,
    [named, whole, got]: [&Value; 3],
    found: &mut Vec<String>,
) {
    let (Value::Array(named), Value::Array(whole), Value::Array(got)) = (named, whole, got) else {
        return compare_values(path, whole, got, found);
    };
    for index in 0..named.len().max(got.len()) {
        let path = format!("{path}[{index}]");
        match (named.get(index), whole.get(index), got.get(index)) {
            (Some(named), Some(whole), Some(got)) => compare(descriptor, &path, [named, whole, got], found),
            (_, whole, got) => differ(&path, whole, got, found),
        }
    }
}

fn compare_values(path: &str, expected: &Value, got: &Value, found: &mut Vec<String>) {
    if expected != got {
        differ(path, Some(expected), Some(got), found);
    }
}

fn differ(path: &str, expected: Option<&Value>, got: Option<&Value>, found: &mut Vec<String>) {
    let text = |value: Option<&Value>| value.map_or("nothing".to_owned(), Value::to_string);
    let separator = if path.is_empty() { "" } else { ": " };
    found.push(format!("{path}{separator}expected {}, got {}", text(expected), text(got)));
}

/// Returns whether the JSON of a message has no fields.
fn is_well_known(descriptor: &MessageDescriptor) -> bool {
    descriptor.full_name().starts_with("google.protobuf.")
}
