//! The rules of a contract for messages: `REQUIRED` fields, and known fields and enum values.

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, ReflectMessage, Value};
use rust_svc::{Error, Result, Violation};

use super::Dynamic;

/// The extension of field options, and two of its values.
const FIELD_BEHAVIOR: &str = "google.api.field_behavior";
const REQUIRED: i32 = 2;
const OUTPUT_ONLY: i32 = 3;

/// Checks a request. Fails with all violations.
pub(crate) fn check_request(request: Dynamic) -> Result<Dynamic> {
    check(&request).map(|()| request)
}

/// Checks a response.
pub(crate) fn check_response(response: &Dynamic) -> Result<()> {
    check(response)
}

/// Returns what a message has that its contract does not know: fields, and enum values.
pub(crate) fn drift(message: &Dynamic) -> Vec<String> {
    let mut found = Vec::new();
    visit(&message.0, "", &mut |message, path| {
        let name = message.descriptor().full_name().to_owned();
        let unknown =
            message.unknown_fields().map(|field| format!("{path}field {} is unknown in {name}", field.number()));
        found.extend(unknown);
        found.extend(unknown_values(message, path));
    });
    found
}

fn check(message: &Dynamic) -> Result<()> {
    let mut violations = Vec::new();
    visit(&message.0, "", &mut |message, path| {
        let descriptor = message.descriptor();
        let missing = descriptor.fields().filter(|field| is_required(field) && is_empty(message, field));
        let missing = missing.map(|field| Violation::new(format!("{path}{}", field.name()), "is required"));
        violations.extend(missing.map(|violation| violation.with_reason("REQUIRED")));
    });
    if violations.is_empty() {
        return Ok(());
    }
    let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
    Err(Error::invalid_argument(lines.join("; ")).with_violations(violations))
}

fn is_empty(message: &DynamicMessage, field: &FieldDescriptor) -> bool {
    match field.supports_presence() {
        true => !message.has_field(field),
        // A number or boolean without presence may be meant to be zero.
        false if matches!(field.kind(), Kind::String | Kind::Bytes) || field.is_list() || field.is_map() => {
            !message.has_field(field)
        }
        false => false,
    }
}

fn is_required(field: &FieldDescriptor) -> bool {
    has_behavior(field, REQUIRED)
}

/// Returns whether only the service sets a field.
pub(crate) fn is_output_only(field: &FieldDescriptor) -> bool {
    has_behavior(field, OUTPUT_ONLY)
}

fn has_behavior(field: &FieldDescriptor, behavior: i32) -> bool {
    let Some(extension) = field.parent_pool().get_extension_by_name(FIELD_BEHAVIOR) else { return false };
    let options = field.options();
    let behaviors = options.get_extension(&extension);
    matches!(&*behaviors, Value::List(values) if values.contains(&Value::EnumNumber(behavior)))
}

fn unknown_values(message: &DynamicMessage, path: &str) -> Vec<String> {
    let is_unknown = |field: &FieldDescriptor, value: &Value| match (field.kind(), value) {
        (Kind::Enum(item), Value::EnumNumber(number)) => item.get_value(*number).is_none(),
        _ => false,
    };
    let unknown = message.fields().filter(|(field, value)| is_unknown(field, value));
    unknown.map(|(field, value)| format!("{path}{}: value {value:?} is unknown", field.name())).collect()
}

/// Calls `look` for a message and all messages in it, each with the prefix of the paths of its fields.
fn visit(message: &DynamicMessage, path: &str, look: &mut dyn FnMut(&DynamicMessage, &str)) {
    look(message, path);
    for (field, value) in message.fields() {
        visit_value(value, &format!("{path}{}", field.name()), look);
    }
}

fn visit_value(value: &Value, path: &str, look: &mut dyn FnMut(&DynamicMessage, &str)) {
    match value {
        Value::Message(message) => visit(message, &format!("{path}."), look),
        Value::List(values) => {
            for (index, value) in values.iter().enumerate() {
                visit_value(value, &format!("{path}[{index}]"), look);
            }
        }
        Value::Map(entries) => {
            for (key, value) in entries {
                visit_value(value, &format!("{path}[{key:?}]"), look);
            }
        }
        _ => {}
    }
}
