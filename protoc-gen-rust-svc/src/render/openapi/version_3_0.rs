//! Converts a document to version 3.0, whose schemas lack keywords.

use serde_json::{Map, Value, json};

/// Converts a document.
pub(super) fn convert(document: &mut Value) {
    document["openapi"] = Value::from("3.0.3");
    if let Some(Value::Object(schemas)) = document.pointer_mut("/components/schemas") {
        schemas.values_mut().for_each(convert_schema);
    }
    find_schemas(document);
}

/// Converts every schema of parameters and media types.
fn find_schemas(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match name.as_str() {
                    "schema" => convert_schema(member),
                    // They have been converted, and fields may have any name.
                    "schemas" => (),
                    _ => find_schemas(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(find_schemas),
        _ => (),
    }
}

fn convert_schema(schema: &mut Value) {
    let Value::Object(keywords) = schema else { return };
    for (name, value) in keywords.iter_mut() {
        match (name.as_str(), value) {
            ("properties", Value::Object(properties)) => properties.values_mut().for_each(convert_schema),
            ("items" | "additionalProperties" | "not", value) => convert_schema(value),
            ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter_mut().for_each(convert_schema),
            _ => (),
        }
    }
    convert_reference(keywords);
    convert_null(keywords);
    convert_bound(keywords, "exclusiveMinimum", "minimum");
    convert_bound(keywords, "exclusiveMaximum", "maximum");
    if keywords.shift_remove("contentEncoding").is_some() {
        keywords.insert("format".to_owned(), Value::from("byte"));
    }
    keywords.shift_remove("propertyNames");
}

/// Wraps a reference, beside which version 3.0 ignores all keywords.
fn convert_reference(keywords: &mut Map<String, Value>) {
    if keywords.len() > 1
        && let Some(reference) = keywords.shift_remove("$ref")
    {
        keywords.insert("allOf".to_owned(), json!([{"$ref": reference}]));
    }
}

/// Replaces the type `null`.
fn convert_null(keywords: &mut Map<String, Value>) {
    match keywords.get("type") {
        Some(Value::Array(types)) => {
            let name = types.iter().find(|name| *name != "null").cloned().unwrap_or_default();
            keywords.insert("type".to_owned(), name);
            keywords.insert("nullable".to_owned(), Value::Bool(true));
        }
        Some(Value::String(name)) if name == "null" => {
            *keywords =
                Map::from_iter([("nullable".to_owned(), Value::Bool(true)), ("enum".to_owned(), json!([null]))]);
            keywords.insert("type".to_owned(), Value::from("string"));
        }
        _ => (),
    }
}

/// Replaces an exclusive bound, which is a flag beside the inclusive one in version 3.0.
fn convert_bound(keywords: &mut Map<String, Value>, exclusive: &str, inclusive: &str) {
    if let Some(bound) = keywords.shift_remove(exclusive) {
        keywords.insert(inclusive.to_owned(), bound);
        keywords.insert(exclusive.to_owned(), Value::Bool(true));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::convert;

    #[test]
    fn schemas_lose_what_is_new() {
        let mut document = json!({
            "components": {"schemas": {"Order": {"properties": {
                "schema": {"type": ["string", "null"]},
                "const": {"$ref": "#/components/schemas/Item", "description": "An item."},
                "count": {"type": "integer", "exclusiveMinimum": 0},
            }}}},
            "paths": {"/v1": {"get": {"parameters": [{"schema": {"type": "string", "contentEncoding": "base64"}}]}}},
        });
        convert(&mut document);
        assert_eq!(
            document["components"]["schemas"]["Order"]["properties"],
            json!({
                "schema": {"type": "string", "nullable": true},
                "const": {"description": "An item.", "allOf": [{"$ref": "#/components/schemas/Item"}]},
                "count": {"type": "integer", "minimum": 0, "exclusiveMinimum": true},
            })
        );
        let parameter = &document["paths"]["/v1"]["get"]["parameters"][0]["schema"];
        assert_eq!(*parameter, json!({"type": "string", "format": "byte"}));
    }
}
