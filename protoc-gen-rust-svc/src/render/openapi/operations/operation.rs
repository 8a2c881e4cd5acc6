//! Operations: a route of a method each.

use serde_json::{Map, Value, json};

use super::super::{keyword::set, path::PathParameter, schemas::Schemas};
use crate::model::{Attribute, Method, MethodKind, Route, Service};

/// The message that is bytes with a content type, not JSON.
const HTTP_BODY: &str = "google.api.HttpBody";
const JSON: &str = "application/json";
const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";
const FORM: &str = "multipart/form-data";

impl<'a> Schemas<'a> {
    /// Returns the operation of a route.
    pub(in super::super) fn operation(
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
        set(&mut operation, "x-websocket", self.web_socket(method, route));
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
        self.add_conditions(method, route, &status.to_string(), &mut operation);
        operation
    }

    fn request_body(&mut self, method: &'a Method, route: &Route) -> Option<Value> {
        if route.body.is_empty() {
            return None;
        }
        let (schema, is_bytes) = self.body_schema(method, route);
        let content = match (is_bytes, method.kind.takes_stream()) {
            (true, _) => json!({"*/*": {}, FORM: {"schema": form()}}),
            (false, true) => lines_or_array(&schema),
            (false, false) => json!({JSON: {"schema": schema}}),
        };
        let mut body = json!({"content": content});
        let may_be_empty = is_bytes || method.kind.takes_stream() || !self.needs_body(method, route);
        set(&mut body, "required", (!may_be_empty).then_some(true));
        Some(body)
    }

    /// Returns whether an empty body, which is an empty message, lacks a required field.
    fn needs_body(&self, method: &Method, route: &Route) -> bool {
        let request = self.model.message(&method.request_name);
        let in_path = path_fields(route);
        match &*route.body {
            "*" => request.is_some_and(|request| self.has_required_field(request, &in_path)),
            name => {
                let field = request.and_then(|request| request.field(name));
                let message = field.and_then(|field| self.model.message(field.single_message()?));
                message.is_none_or(|message| self.has_required_field(message, &[]))
            }
        }
    }

    /// Returns the schema of the body of a request, and whether the body is bytes.
    fn body_schema(&mut self, method: &'a Method, route: &Route) -> (Value, bool) {
        match &*route.body {
            "*" => (self.request_schema(method, route), method.request_name == HTTP_BODY),
            name => self.field_schema(&method.request_name, name),
        }
    }

    /// Returns the schema of the body of a response, and whether the body is bytes.
    pub(super) fn response_schema(&mut self, method: &'a Method, route: &Route) -> (Value, bool) {
        match &*route.response_body {
            "" => (self.message_of(&method.response_name), method.response_name == HTTP_BODY),
            name => self.field_schema(&method.response_name, name),
        }
    }

    /// Returns what a WebSocket at this route sends and receives, for which OpenAPI has no keyword.
    fn web_socket(&mut self, method: &'a Method, route: &Route) -> Option<Value> {
        if method.kind == MethodKind::Unary {
            return None;
        }
        let frame = |(schema, is_bytes)| json!({"schema": if is_bytes { bytes() } else { schema }});
        let description = "Each message is a text frame, or a binary frame if it is bytes. An empty text frame ends the \
                           requests. An error is a frame, and then the close code 4000 plus its gRPC code.";
        let mut socket = json!({"description": description});
        let request = (!route.body.is_empty()).then(|| frame(self.body_schema(method, route)));
        set(&mut socket, "request", request);
        socket["response"] = frame(self.response_schema(method, route));
        Some(socket)
    }

    /// Returns the schema of a body that is the whole request, without the fields that the path sets.
    fn request_schema(&mut self, method: &'a Method, route: &Route) -> Value {
        let model = self.model;
        let in_path = path_fields(route);
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
        let (schema, is_bytes) = self.response_schema(method, route);
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

/// Returns the fields of the request that the path sets.
fn path_fields(route: &Route) -> Vec<&str> {
    let paths = route.template.variables().iter().map(|variable| variable.field_path());
    paths.filter(|path| path.len() == 1).map(|path| path[0].as_str()).collect()
}

fn header() -> Value {
    json!({"schema": {"type": "string"}})
}

fn bytes() -> Value {
    json!({"type": "string", "format": "binary"})
}

/// Returns the form of an upload, whose file is the bytes.
fn form() -> Value {
    json!({"type": "object", "properties": {"file": bytes()}})
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
