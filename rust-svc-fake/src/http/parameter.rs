//! The texts of a path and a query as JSON.

use prost_reflect::{FieldDescriptor, Kind, MessageDescriptor};
use serde_json::{Map, Value};

use super::fields::find;

/// Sets the field at a path to texts. Fails with the reason.
pub(super) fn set(
    object: &mut Map<String, Value>,
    message: &MessageDescriptor,
    path: &[String],
    texts: &[String],
) -> Result<(), String> {
    let [name, rest @ ..] = path else { return Ok(()) };
    let field = find(message, name).ok_or("is not a field of the request")?;
    let given = object.remove(field.name()).or_else(|| object.remove(field.json_name()));
    let value = match rest {
        [] if field.is_list() => list(given, &field, texts)?,
        [] if field.is_map() => return Err("is a map: name one of its keys".to_owned()),
        [] => one(given, scalar(&field.kind(), single(texts)?)?)?,
        _ => nested(given, &field, rest, texts)?,
    };
    object.insert(field.name().to_owned(), value);
    Ok(())
}

/// Sets a field of a message, or an entry of a map.
fn nested(given: Option<Value>, field: &FieldDescriptor, rest: &[String], texts: &[String]) -> Result<Value, String> {
    let mut object = match given {
        Some(Value::Object(object)) => object,
        None | Some(Value::Null) => Map::new(),
        Some(_) => return Err("is not an object in the body".to_owned()),
    };
    let kind = field.kind();
    let message = kind.as_message().filter(|_| !field.is_list());
    let message = message.ok_or("is not a message or a map whose fields can be set")?;
    if !field.is_map() {
        return set(&mut object, message, rest, texts).map(|()| Value::Object(object));
    }
    let value = message.map_entry_value_field();
    let given = object.remove(&rest[0]);
    let value = match &rest[1..] {
        [] => one(given, scalar(&value.kind(), single(texts)?)?)?,
        deeper => nested(given, &value, deeper, texts)?,
    };
    object.insert(rest[0].clone(), value);
    Ok(Value::Object(object))
}

fn list(given: Option<Value>, field: &FieldDescriptor, texts: &[String]) -> Result<Value, String> {
    let mut values = match given {
        Some(Value::Array(values)) => values,
        _ => Vec::new(),
    };
    for text in texts {
        values.push(scalar(&field.kind(), text)?);
    }
    Ok(Value::Array(values))
}

/// Fails if the body has another value.
fn one(given: Option<Value>, value: Value) -> Result<Value, String> {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
    match given.filter(|given| !given.is_null()) {
        Some(given) if text(&given) != text(&value) => {
            Err("has one value in the body and another one in the path".to_owned())
        }
        _ => Ok(value),
    }
}

fn single(texts: &[String]) -> Result<&str, String> {
    match texts {
        [text] => Ok(text),
        _ => Err("is given more than once".to_owned()),
    }
}

/// Converts a text to the JSON of a value.
fn scalar(kind: &Kind, text: &str) -> Result<Value, String> {
    match kind {
        Kind::Bool => boolean(text),
        Kind::Enum(_) => Ok(text.parse::<i32>().map_or_else(|_| Value::from(text), Value::from)),
        Kind::Message(message) => well_known(message.full_name(), text),
        // The JSON of numbers and bytes may be a string.
        _ => Ok(Value::from(text)),
    }
}

fn boolean(text: &str) -> Result<Value, String> {
    text.parse::<bool>().map(Value::from).map_err(|_| "must be true or false".to_owned())
}

fn well_known(name: &str, text: &str) -> Result<Value, String> {
    match name.strip_prefix("google.protobuf.").unwrap_or_default() {
        "BoolValue" => boolean(text),
        "FieldMask" => Ok(Value::from(camel_case(text))),
        "Value" | "Struct" | "ListValue" => serde_json::from_str(text).map_err(|error| format!("is not JSON: {error}")),
        "Timestamp" | "Duration" | "StringValue" | "BytesValue" | "Int32Value" | "Int64Value" | "UInt32Value"
        | "UInt64Value" | "FloatValue" | "DoubleValue" => Ok(Value::from(text)),
        _ => Err("is a message: name one of its fields".to_owned()),
    }
}

/// Converts the paths of a mask to their form in JSON.
pub(super) fn camel_case(paths: &str) -> String {
    let mut is_upper = false;
    let mut text = String::with_capacity(paths.len());
    for letter in paths.chars() {
        match letter {
            '_' => is_upper = true,
            _ => text.push(if std::mem::take(&mut is_upper) { letter.to_ascii_uppercase() } else { letter }),
        }
    }
    text
}
