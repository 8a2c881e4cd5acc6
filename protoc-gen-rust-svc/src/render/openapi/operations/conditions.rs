//! Headers and responses of conditional requests and of ranges.

use serde_json::{Value, json};

use super::super::schemas::Schemas;
use crate::model::{self, Cardinality, Method, Route, Scalar};

const ERROR: &str = "#/components/responses/Error";

impl<'a> Schemas<'a> {
    /// Adds the headers and responses that entity tags and ranges bring to a route. `status` is that of a success.
    pub(super) fn add_conditions(&mut self, method: &'a Method, route: &Route, status: &str, operation: &mut Value) {
        let is_bytes = self.response_schema(method, route).1;
        let is_get = route.verb == "GET" && !method.kind.returns_stream();
        let content = operation["responses"][status].get("content").cloned();
        match is_get {
            true if content.is_none() => (),
            true if is_bytes => add_range(content, operation),
            true if route.response_body.is_empty() && self.has_etag(&method.response_name, &[], true) => {
                operation["responses"][status]["headers"]["ETag"] = json!({"schema": {"type": "string"}});
                add_header("If-None-Match", "The version that the caller has.", operation);
                add_header("If-Match", "The version that the caller expects.", operation);
                operation["responses"]["304"] = json!({"description": "The caller has this version."});
                operation["responses"]["412"] = json!({"$ref": ERROR});
            }
            false if self.expects_etag(method, route) => {
                add_header("If-Match", "The version that the caller expects, in place of the field.", operation);
                operation["responses"]["412"] = json!({"$ref": ERROR});
            }
            _ => (),
        }
    }

    /// Whether a write sets the field `etag` of its body, or of the request, from `If-Match`.
    fn expects_etag(&self, method: &'a Method, route: &Route) -> bool {
        let is_in_body =
            !matches!(&*route.body, "" | "*") && self.has_etag(&method.request_name, &[&route.body], false);
        route.verb != "GET" && (is_in_body || self.has_etag(&method.request_name, &[], false))
    }

    /// Whether a message has a text field `etag` at these fields. Only responses have one that the service alone sets.
    fn has_etag(&self, message: &'a str, fields: &[&str], is_response: bool) -> bool {
        let path: Vec<_> = fields.iter().chain(&["etag"]).map(|name| (*name).to_owned()).collect();
        let field = self.model.message(message).and_then(|message| self.field_at(message, &path));
        field.is_some_and(|field| {
            let is_single = !matches!(field.cardinality, Cardinality::Repeated | Cardinality::Map(_));
            let is_text = field.value == model::Value::Scalar(Scalar::String);
            is_single && is_text && (is_response || !field.behavior.output_only)
        })
    }
}

fn add_range(content: Option<Value>, operation: &mut Value) {
    add_header("Range", "One range of bytes.", operation);
    add_header("If-Range", "The version that the range is of.", operation);
    operation["responses"]["206"] = json!({"description": "The range of the bytes.", "content": content});
    operation["responses"]["416"] = json!({"$ref": ERROR});
}

fn add_header(name: &str, description: &str, operation: &mut Value) {
    let header = json!({"name": name, "in": "header", "description": description, "schema": {"type": "string"}});
    match operation["parameters"].as_array_mut() {
        Some(parameters) => parameters.push(header),
        None => operation["parameters"] = json!([header]),
    }
}
