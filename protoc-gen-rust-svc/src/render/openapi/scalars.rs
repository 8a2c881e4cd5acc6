//! The JSON forms of scalars and of the types in `google.protobuf`.

use serde_json::{Value, json};

use crate::model::{Scalar, WellKnown};

/// Returns the schema of a scalar.
pub(super) fn scalar(scalar: Scalar) -> Value {
    match scalar {
        Scalar::Double => float("double"),
        Scalar::Float => float("float"),
        Scalar::Int32 => json!({"type": "integer", "format": "int32"}),
        Scalar::Uint32 => json!({"type": "integer", "format": "uint32", "minimum": 0, "maximum": u32::MAX}),
        // JSON numbers lose digits of 64-bit integers.
        Scalar::Int64 => json!({"type": "string", "format": "int64", "pattern": "^-?[0-9]+$"}),
        Scalar::Uint64 => json!({"type": "string", "format": "uint64", "pattern": "^[0-9]+$"}),
        Scalar::Bool => json!({"type": "boolean"}),
        Scalar::String => json!({"type": "string"}),
        Scalar::Bytes | Scalar::SharedBytes => json!({"type": "string", "contentEncoding": "base64"}),
    }
}

fn float(format: &str) -> Value {
    let special = json!({"type": "string", "enum": ["NaN", "Infinity", "-Infinity"]});
    json!({"anyOf": [{"type": "number", "format": format}, special]})
}

/// Returns the pattern of the keys of a map, if not every text is a key.
pub(super) fn key_pattern(key: Scalar) -> Option<&'static str> {
    match key {
        Scalar::Bool => Some("^(true|false)$"),
        Scalar::Int32 | Scalar::Int64 => Some("^-?[0-9]+$"),
        Scalar::Uint32 | Scalar::Uint64 => Some("^[0-9]+$"),
        _ => None,
    }
}

/// Returns the schema of a type in `google.protobuf`.
pub(super) fn well_known(known: WellKnown) -> Value {
    match known {
        WellKnown::Any => json!({
            "type": "object",
            "description": "A message of any type, whose name is in `@type`.",
            "properties": {"@type": {"type": "string"}},
            "additionalProperties": true,
        }),
        WellKnown::Duration(_) => json!({
            "type": "string",
            "description": "Seconds with an `s` behind them, such as `1.5s`.",
            "pattern": r"^-?[0-9]{1,12}(\.[0-9]{1,9})?s$",
        }),
        WellKnown::Empty => json!({"type": "object"}),
        WellKnown::FieldMask => json!({
            "type": "string",
            "description": "Paths of fields, separated by commas.",
        }),
        WellKnown::ListValue => json!({"type": "array", "items": {}}),
        WellKnown::NullValue => json!({"type": "null"}),
        WellKnown::Struct | WellKnown::Other(_) => json!({"type": "object", "additionalProperties": true}),
        WellKnown::Timestamp(_) => json!({"type": "string", "format": "date-time"}),
        WellKnown::Value => json!({"description": "Any JSON value."}),
        WellKnown::Wrapper(value) => nullable(scalar(value)),
        WellKnown::Enum(_) => json!({"type": "string"}),
    }
}

fn nullable(mut schema: Value) -> Value {
    if let Some(forms) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        forms.push(json!({"type": "null"}));
    } else if let Some(name) = schema.get("type").cloned() {
        schema["type"] = json!([name, "null"]);
    }
    schema
}
