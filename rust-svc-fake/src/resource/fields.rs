//! Fields of requests and resources, by their names.

use std::time::{SystemTime, UNIX_EPOCH};

use prost_reflect::{DynamicMessage, Kind, MapKey, Value};

/// Returns a text field; empty if there is none.
pub(super) fn text(message: &DynamicMessage, field: &str) -> String {
    let value = message.get_field_by_name(field);
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// Returns a number; zero if there is none.
pub(super) fn number(message: &DynamicMessage, field: &str) -> i64 {
    let value = message.get_field_by_name(field);
    value.and_then(|value| value.as_i32().map(i64::from).or(value.as_i64())).unwrap_or_default()
}

/// Returns a boolean; false if there is none.
pub(super) fn flag(message: &DynamicMessage, field: &str) -> bool {
    message.get_field_by_name(field).and_then(|value| value.as_bool()).unwrap_or_default()
}

/// Sets a field if the message has it, and if its type is that of the value.
pub(super) fn set(message: &mut DynamicMessage, field: &str, value: Value) {
    // Another type has another meaning.
    let _ = message.try_set_field_by_name(field, value);
}

/// Sets a field of `google.protobuf.Timestamp` to the present time.
pub(super) fn set_now(message: &mut DynamicMessage, field: &str) {
    use prost_reflect::ReflectMessage as _;
    let Some(Kind::Message(timestamp)) = message.descriptor().get_field_by_name(field).map(|field| field.kind()) else {
        return;
    };
    if timestamp.full_name() == "google.protobuf.Timestamp" {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let mut value = DynamicMessage::new(timestamp);
        set(&mut value, "seconds", Value::I64(i64::try_from(now.as_secs()).unwrap_or(i64::MAX)));
        set(&mut value, "nanos", Value::I32(now.subsec_nanos().cast_signed()));
        set(message, field, Value::Message(value));
    }
}

/// Copies the value at a path such as `author.name` or `labels.colour`. Fails with the part that is no field.
pub(super) fn copy(from: &DynamicMessage, to: &mut DynamicMessage, path: &str) -> Result<(), String> {
    use prost_reflect::ReflectMessage as _;
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let field = from.descriptor().get_field_by_name(name);
    let field = field.ok_or_else(|| format!("{} has no field `{name}`", from.descriptor().full_name()))?;
    if rest.is_empty() {
        match from.has_field(&field) {
            true => to.set_field(&field, from.get_field(&field).into_owned()),
            false => to.clear_field(&field),
        }
        return Ok(());
    }
    match (&*from.get_field(&field), to.get_field_mut(&field)) {
        (Value::Message(from), Value::Message(to)) => copy(from, to, rest),
        (Value::Map(from), Value::Map(to)) => {
            let key = MapKey::String(rest.trim_matches('`').to_owned());
            match from.get(&key) {
                Some(value) => drop(to.insert(key, value.clone())),
                None => drop(to.remove(&key)),
            }
            Ok(())
        }
        _ => Err(format!("`{name}` has no fields")),
    }
}
