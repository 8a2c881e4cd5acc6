//! Operations: a route of a method each.

use serde_json::{Map, Value, json};

use super::{keyword::set, path::PathParameter, schemas::Schemas};
use crate::model::{Attribute, Method, Route, Service};

/// The message that is bytes with a content type, not JSON.
const HTTP_BODY: &str = "google.api.HttpBody";
const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";

impl<'a> Schemas<'a> {
    /// Returns the operation of a route.
    pub(super) fn operation(
        &mut self,
        (service, method, route): (&'a Service, &'a Method, &'a Route),
        id: &str,
        path: &[PathParameter],
    ) -> Value {
        let mut operation = json!({"operationId": id, "tags": [service.name]});
        let docs = method.docs.written();
        set(&mut operation, "summary", docs.as_ref().and_then(|docs| docs.lines().next()));
        set(&mut operation, "description", docs.filter(|docs| docs.contains('\n')));
        let is_deprecated = [method.attribute, service.attribute].contains(&Attribute::Deprecated);
        set(&mut operation, "deprecated", is_deprecated.then_some(true));
        let parameters = self.parameters(method, route, path);
        set(&mut operation, "parameters", (!parameters.is_empty()).then_some(parameters));
        set(&mut operation, "requestBody", self.request_body(method, route));
        let status = method.http_response.status.unwrap_or(200);
        let mut response = match status {
            204 | 205 | 304 => json!({"description": "There is no body."}),
            _ => self.response(method, route),
        };
        let headers: Map<_, _> = method.http_response.headers.keys().map(|name| (name.clone(), header())).collect();
        set(&mut response, "headers", (!headers.is_empty()).then_some(headers));
        operation["responses"] = json!({
            (status.to_string()): response,
            "default": {"$ref": "#/components/responses/Error"},
        });
        operation
    }

    fn request_body(&mut self, method: &'a Method, route: &Route) -> Option<Value> {
        if route.body.is_empty() {
            return None;
        }
        let (schema, is_bytes) = match &*route.body {
            "*" => (self.request_schema(method, route), method.request_name == HTTP_BODY),
            name => self.field_schema(&method.request_name, name),
        };
        let content = match (is_bytes, method.kind.takes_stream()) {
            (true, _) => json!({"*/*": {}}),
            (false, true) => lines_or_array(&schema),
            (false, false) => json!({JSON: {"schema": schema}}),
        };
        Some(json!({"required": true, "content": content}))
    }

    /// Returns the schema of a body that is the whole request, without the fields that the path sets.
    fn request_schema(&mut self, method: &'a Method, route: &Route) -> Value {
        let model = self.model;
        let variables = route.template.variables().iter();
        let in_path: Vec<_> = variables.filter(|variable| variable.field_path().len() == 1).collect();
        let in_path: Vec<_> = in_path.iter().map(|variable| variable.field_path()[0].as_str()).collect();
        match model.message(&method.request_name) {
            Some(request) if !in_path.is_empty() => self.message(request, &in_path),
            _ => self.message_of(&method.request_name),
        }
    }

    /// Returns the schema of a field that is a body, and whether the body is bytes.
    fn field_schema(&mut self, message: &'a str, name: &str) -> (Value, bool) {
        let model = self.model;
        match model.message(message).and_then(|message| message.field(name)) {
            Some(field) => (self.plain_field(field), field.single_message() == Some(HTTP_BODY)),
            None => (json!({}), false),
        }
    }

    fn response(&mut self, method: &'a Method, route: &Route) -> Value {
        let (schema, is_bytes) = match &*route.response_body {
            "" => (self.message_of(&method.response_name), method.response_name == HTTP_BODY),
            name => self.field_schema(&method.response_name, name),
        };
        match (is_bytes, method.kind.returns_stream()) {
            (true, _) => json!({"description": "Bytes with their content type.", "content": {"*/*": {}}}),
            (false, false) => json!({"description": "OK", "content": {JSON: {"schema": schema}}}),
            (false, true) => {
                let mut content = lines_or_array(&schema);
                content[EVENTS] = json!({"schema": {"type": "string"}});
                let description = "A stream of messages: a line each, an array, or server-sent events with a message as \
                                   data, as `Accept` asks. An error in the middle is the last element.";
                json!({"description": description, "content": content})
            }
        }
    }
}

fn header() -> Value {
    json!({"schema": {"type": "string"}})
}

/// Returns the media types of a stream that both sides can send.
fn lines_or_array(item: &Value) -> Value {
    let array = json!({"type": "array", "items": item});
    let media: Map<_, _> = [(LINES, item.clone()), (JSON, array)]
        .into_iter()
        .map(|(media_type, schema)| (media_type.to_owned(), json!({"schema": schema})))
        .collect();
    Value::Object(media)
}
