//! How the messages of a stream are separated in the body of a response.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use bytes::Bytes;

use super::accept::Accept;
use crate::gateway::settings::StreamFormat;

const LINES: &str = "application/x-ndjson";
const JSON: &str = "application/json";
const EVENTS: &str = "text/event-stream";

static LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// The form of one stream, and how many messages it has sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Framing {
    format: StreamFormat,
    /// Whether messages are separate by themselves, as those of a WebSocket are.
    is_separate: bool,
    /// The key of an error, which no message has.
    error_key: &'static str,
    sent: u64,
    /// The number of the event before the first one.
    last_event: u64,
}

impl Framing {
    /// Chooses a format that the caller accepts; the default one if it accepts several alike.
    pub(crate) fn accepted(headers: &HeaderMap, default: StreamFormat, message_has_error: bool) -> Option<Self> {
        let json = if default == StreamFormat::ResultLines { default } else { StreamFormat::Array };
        let all = [default, StreamFormat::Lines, json, StreamFormat::Events];
        let format = Accept::read(headers).choose(&all.map(|format| (media(format), format)))?;
        Some(Self::new(format, headers, message_has_error))
    }

    pub(crate) fn new(format: StreamFormat, headers: &HeaderMap, message_has_error: bool) -> Self {
        let has_own_key = format == StreamFormat::ResultLines || !message_has_error;
        let last_event = headers.get(&LAST_EVENT).and_then(|id| id.to_str().ok()?.parse().ok());
        let error_key = if has_own_key { "error" } else { "@error" };
        Self { format, is_separate: false, error_key, sent: 0, last_event: last_event.unwrap_or(0) }
    }

    pub(crate) fn content_type(&self) -> HeaderValue {
        HeaderValue::from_static(media(self.format))
    }

    /// Returns the framing of messages that are separate by themselves.
    #[cfg(feature = "websocket")]
    pub(crate) fn into_messages(self) -> Self {
        Self { format: StreamFormat::Lines, is_separate: true, ..self }
    }

    pub(crate) fn is_separate(&self) -> bool {
        self.is_separate
    }

    pub(crate) fn is_events(&self) -> bool {
        self.format == StreamFormat::Events
    }

    /// Returns the key of an error, which no message has.
    #[cfg(feature = "websocket")]
    pub(crate) fn error_key(&self) -> &'static str {
        self.error_key
    }

    /// Returns the text of the next message.
    pub(crate) fn message(&mut self, mut json: Vec<u8>) -> Bytes {
        let text = match self.format {
            StreamFormat::Lines if self.is_separate => json,
            StreamFormat::Lines => {
                json.push(b'\n');
                json
            }
            StreamFormat::ResultLines => [b"{\"result\":", &*json, b"}\n"].concat(),
            StreamFormat::Array => [self.separator(), &json].concat(),
            StreamFormat::Events => {
                let id = self.last_event.wrapping_add(self.sent).wrapping_add(1);
                [format!("id: {id}\ndata: ").as_bytes(), &json, b"\n\n"].concat()
            }
        };
        self.sent += 1;
        text.into()
    }

    /// Returns the text of an error, after which nothing follows.
    pub(crate) fn error(&self, status: &[u8]) -> Bytes {
        let object = [b"{\"", self.error_key.as_bytes(), b"\":", status, b"}"].concat();
        let text = match self.format {
            StreamFormat::Lines | StreamFormat::ResultLines => [&object[..], b"\n"].concat(),
            StreamFormat::Array => [self.separator(), &object, b"\n"].concat(),
            StreamFormat::Events => [b"event: error\ndata: ", status, b"\n\n"].concat(),
        };
        text.into()
    }

    /// Returns the text behind the last message.
    pub(crate) fn end(&self) -> &'static str {
        match self.format {
            StreamFormat::Array if self.sent == 0 => "[]",
            StreamFormat::Array => "]",
            _ => "",
        }
    }

    /// Returns the text of a heartbeat, a comment that event sources ignore.
    pub(crate) fn heartbeat(&self) -> Bytes {
        Bytes::from_static(b":\n\n")
    }

    fn separator(&self) -> &'static [u8] {
        if self.sent == 0 { b"[" } else { b",\n" }
    }
}

fn media(format: StreamFormat) -> &'static str {
    match format {
        StreamFormat::Lines => LINES,
        StreamFormat::Array | StreamFormat::ResultLines => JSON,
        StreamFormat::Events => EVENTS,
    }
}
