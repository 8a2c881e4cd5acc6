//! JSON by another implementation, prost-reflect.

use prost_reflect::{DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};
use serde_json::{Serializer, Value};

/// Input that prost-reflect rejects and the official implementations accept: an empty `google.protobuf.Any`, which is
/// `{}`, and
/// the largest number of `float`, which in decimal is a little more.
const REFUSED: &[&str] = &["unsupported type url ''", "expected '@type' field", "float value out of range"];

/// Numbers that are strings in JSON.
const NOT_FINITE: &[&str] = &["Infinity", "-Infinity", "NaN"];

/// Whether an error is a known shortcoming of prost-reflect.
pub(crate) fn is_known(error: &str) -> bool {
    REFUSED.iter().any(|known| error.contains(known))
}

/// Prints a message by prost-reflect.
pub(crate) fn print(message: &DynamicMessage) -> Result<Vec<u8>, String> {
    let mut text = Vec::new();
    let options = SerializeOptions::new();
    let printed = message.serialize_with_options(&mut Serializer::new(&mut text), &options);
    printed.map(|()| text).map_err(|error| error.to_string())
}

/// Reads a message by prost-reflect.
pub(crate) fn parse(descriptor: MessageDescriptor, text: &[u8]) -> Result<DynamicMessage, String> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    let parsed = DynamicMessage::deserialize_with_options(descriptor, &mut reader, &DeserializeOptions::new());
    parsed.map_err(|error| error.to_string())
}

/// Parses JSON.
pub(crate) fn value(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("JSON")
}

/// Normalizes JSON for comparison: `1` becomes `1.0`.
pub(crate) fn plain(mut value: Value) -> Value {
    to_floats(&mut value);
    value
}

/// Corrects places where prost-reflect prints `null` for a `DoubleValue` or a `FloatValue` that is not finite.
pub(crate) fn put_right(theirs: &mut Value, ours: &Value) {
    match (theirs, ours) {
        (theirs @ Value::Null, Value::String(text)) if NOT_FINITE.contains(&text.as_str()) => *theirs = ours.clone(),
        (Value::Array(theirs), Value::Array(ours)) => {
            theirs.iter_mut().zip(ours).for_each(|(it, own)| put_right(it, own))
        }
        (Value::Object(theirs), Value::Object(ours)) => {
            theirs.iter_mut().for_each(|(key, it)| ours.get(key).into_iter().for_each(|own| put_right(it, own)));
        }
        _ => (),
    }
}

fn to_floats(value: &mut Value) {
    match value {
        Value::Number(number) => *value = number.as_f64().map_or(Value::Null, Value::from),
        Value::Array(items) => items.iter_mut().for_each(to_floats),
        Value::Object(entries) => entries.values_mut().for_each(to_floats),
        _ => (),
    }
}
