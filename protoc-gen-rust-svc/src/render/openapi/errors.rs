//! The format of errors.

use serde_json::{Value, json};

use super::DocumentedErrors;

/// Returns the media type of an error and its schema.
pub(super) fn schema(errors: DocumentedErrors) -> (&'static str, Value) {
    match errors {
        DocumentedErrors::Status => ("application/json", status()),
        DocumentedErrors::Google => ("application/json", google()),
        DocumentedErrors::Problem => ("application/problem+json", problem()),
    }
}

fn details() -> Value {
    let detail = json!({
        "type": "object",
        "description": "A message, whose type is in `@type`.",
        "properties": {"@type": {"type": "string"}},
        "additionalProperties": true,
    });
    json!({"type": "array", "items": detail})
}

fn status() -> Value {
    json!({
        "type": "object",
        "description": "An error, as `google.rpc.Status`.",
        "properties": {
            "code": {"type": "integer", "format": "int32", "description": "The number of the gRPC code."},
            "message": {"type": "string"},
            "details": details(),
        },
    })
}

fn google() -> Value {
    let error = json!({
        "type": "object",
        "properties": {
            "code": {"type": "integer", "format": "int32", "description": "The HTTP status."},
            "message": {"type": "string"},
            "status": {"type": "string", "description": "The name of the gRPC code."},
            "details": details(),
        },
    });
    json!({
        "type": "object",
        "description": "An error, as Google's REST APIs print it.",
        "properties": {"error": error},
        "required": ["error"],
    })
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "An error, as problem details (RFC 9457).",
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer", "format": "int32"},
            "detail": {"type": "string"},
        },
        "additionalProperties": true,
    })
}
