//! `google.api.HttpBody`: bytes with a content type in place of JSON.

use axum::http::HeaderValue;

use crate::json::{self, JsonValue, PrintOptions, Writer};

const OCTETS: HeaderValue = HeaderValue::from_static("application/octet-stream");

/// The content type and the bytes of a message.
#[derive(Debug, Default)]
pub(crate) struct HttpBody {
    content_type: Vec<u8>,
    pub(crate) data: Vec<u8>,
}

impl HttpBody {
    /// Takes the content type and the bytes from a message, or from the message in one of its fields.
    pub(crate) fn of<T: JsonValue>(message: &T, field: Option<&'static str>) -> Self {
        let mut body = Self::default();
        for (name, value) in json::bytes_of_fields(message, field) {
            match name {
                "content_type" => body.content_type = value,
                "data" => body.data = value,
                _ => (),
            }
        }
        body
    }

    /// Returns the content type; that of any bytes if there is none.
    pub(crate) fn media_type(&self) -> HeaderValue {
        let given = Some(&self.content_type).filter(|given| !given.is_empty());
        given.and_then(|given| HeaderValue::from_bytes(given).ok()).unwrap_or(OCTETS)
    }
}

/// Returns the JSON of a message with these bytes and their content type.
pub(crate) fn to_json(content_type: &str, data: &[u8]) -> Vec<u8> {
    let mut out = Writer::new(&PrintOptions::default());
    out.object(|out| {
        out.key("content_type");
        out.string(content_type);
        out.key("data");
        out.base64(data);
    });
    // Texts and bytes always have JSON.
    out.finish().unwrap_or_default()
}
