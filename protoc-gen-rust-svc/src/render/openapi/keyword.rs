//! Keywords of a schema.

use serde_json::Value;

/// Sets a keyword, if it has a value.
pub(super) fn set(schema: &mut Value, keyword: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        schema[keyword] = value.into();
    }
}
