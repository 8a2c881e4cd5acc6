//! An error as JSON, in the dialect of the gateway.

use axum::http::{HeaderValue, StatusCode};

use crate::{
    Error,
    gateway::settings::{ErrorFormat, GatewaySettings},
    json::{self, JsonValue, PrintOptions, Writer},
    types::rpc,
};

/// Details that callers do not see.
const DEBUG_INFO: &str = "google.rpc.DebugInfo";

/// An error that is printed.
pub(crate) struct ErrorBody<'e> {
    error: &'e Error,
    settings: &'e GatewaySettings,
    status: StatusCode,
}

/// Returns an error for its body, with the HTTP status of its code.
pub(crate) fn error_body<'e>(error: &'e Error, settings: &'e GatewaySettings) -> ErrorBody<'e> {
    let status = StatusCode::from_u16(error.code().http_status());
    ErrorBody { error, settings, status: status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR) }
}

impl ErrorBody<'_> {
    pub(crate) fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// Returns the content type and the text of a response that is this error.
    pub(crate) fn whole(&self) -> (HeaderValue, Vec<u8>) {
        let (content_type, body) = match &self.settings.errors {
            ErrorFormat::Status => ("application/json", self.status()),
            ErrorFormat::Google => ("application/json", [b"{\"error\":", &self.status()[..], b"}"].concat()),
            ErrorFormat::Problem => ("application/problem+json", self.status()),
            ErrorFormat::Custom(custom) => {
                return (custom.content_type.clone(), custom.print(self.error, self.status));
            }
        };
        let body = if self.settings.print.pretty { json::indent(&body) } else { body };
        (HeaderValue::from_static(content_type), body)
    }

    /// Returns the object of an error, as it is in streams.
    pub(crate) fn status(&self) -> Vec<u8> {
        match &self.settings.errors {
            ErrorFormat::Google => self.object(|out, body| body.google(out)),
            ErrorFormat::Problem => self.object(|out, body| body.problem(out)),
            // This does not fail: a detail that its type cannot print is printed as bytes.
            ErrorFormat::Status | ErrorFormat::Custom(_) => {
                json::to_vec(&self.rpc_status(), &self.print()).unwrap_or_default()
            }
        }
    }

    /// Returns how the object is printed: on one line, as streams need it.
    fn print(&self) -> PrintOptions {
        PrintOptions { pretty: false, ..self.settings.print.clone() }
    }

    fn object(&self, write: impl FnOnce(&mut Writer, &Self)) -> Vec<u8> {
        let mut out = Writer::new(&self.print());
        out.object(|out| write(out, self));
        out.finish().unwrap_or_default()
    }

    fn google(&self, out: &mut Writer) {
        out.key("code");
        out.display(self.status.as_u16());
        out.key("message");
        out.string(self.error.message());
        out.key("status");
        out.string(self.error.code().name());
        self.details(out);
    }

    fn problem(&self, out: &mut Writer) {
        out.key("type");
        out.string("about:blank");
        out.key("title");
        out.string(self.status.canonical_reason().unwrap_or("Error"));
        out.key("status");
        out.display(self.status.as_u16());
        out.key("detail");
        out.string(self.error.message());
        out.key("code");
        out.string(self.error.code().name());
        if !self.error.violations().is_empty() {
            out.key("errors");
            out.array(self.error.violations(), |out, violation| {
                out.object(|out| {
                    out.key("pointer");
                    out.string(&pointer(&violation.field));
                    out.key("field");
                    out.string(&violation.field);
                    out.key("detail");
                    out.string(&violation.description);
                });
            });
        }
        self.details(out);
    }

    fn details(&self, out: &mut Writer) {
        let details = self.rpc_status().details;
        if !details.is_empty() {
            out.key("details");
            out.array(details, |out, detail| detail.write(out));
        }
    }

    fn rpc_status(&self) -> rpc::Status {
        let mut status = rpc::Status::from(self.error);
        status.details.retain(|detail| detail.type_url.rsplit('/').next() != Some(DEBUG_INFO));
        status
    }
}

/// Converts a field path such as `items[3].product_id` into a JSON pointer (RFC 6901), with JSON names.
fn pointer(path: &str) -> String {
    let mut pointer = String::from("#");
    let mut rest = path;
    while !rest.is_empty() {
        let (name, after) = match rest.strip_prefix('[') {
            Some(inner) => inner.split_once(']').unwrap_or((inner, "")),
            None => rest.split_at(rest.find(['.', '[']).unwrap_or(rest.len())),
        };
        let is_key = rest.starts_with('[');
        let name = name.replace('~', "~0").replace('/', "~1");
        pointer.push('/');
        pointer.push_str(&if is_key { name } else { json::json_name(&name) });
        rest = after.strip_prefix('.').unwrap_or(after);
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::pointer;

    #[test]
    fn field_paths_become_json_pointers() {
        for (path, expected) in [
            ("", "#"),
            ("name", "#/name"),
            ("items[3].product_id", "#/items/3/productId"),
            ("labels[a.b/c~d].x_y", "#/labels/a.b~1c~0d/xY"),
            ("matrix[1][2]", "#/matrix/1/2"),
        ] {
            assert_eq!(pointer(path), expected, "{path}");
        }
    }
}
