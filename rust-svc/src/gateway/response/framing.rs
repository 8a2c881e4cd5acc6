//! How the messages of a stream are separated in the body of a response.

use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;

/// The form of a stream of messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    /// A line of JSON for each message.
    Lines { error_key: &'static str },
    /// Server-sent events.
    Events,
}

impl Framing {
    /// Chooses the form that the caller accepts.
    pub(crate) fn accepted(headers: &HeaderMap, message_has_error: bool) -> Self {
        let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.split(',').any(is_events));
        if headers.get_all(header::ACCEPT).iter().any(accepts) {
            return Self::Events;
        }
        Self::Lines { error_key: if message_has_error { "@error" } else { "error" } }
    }

    pub(crate) fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Lines { .. } => "application/x-ndjson",
            Self::Events => "text/event-stream",
        })
    }

    pub(crate) fn message(self, json: &[u8]) -> Bytes {
        match self {
            Self::Lines { .. } => [json, b"\n"].concat().into(),
            Self::Events => [b"data: ", json, b"\n\n"].concat().into(),
        }
    }

    pub(crate) fn error(self, status: &[u8]) -> Bytes {
        match self {
            Self::Lines { error_key } => [b"{\"", error_key.as_bytes(), b"\":", status, b"}\n"].concat().into(),
            Self::Events => [b"event: error\ndata: ", status, b"\n\n"].concat().into(),
        }
    }
}

/// Returns whether an element of `Accept` is events, with a weight above zero.
fn is_events(kind: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    let is_refused = |parameter: &str| {
        let parameter = parameter.split_once('=').map(|(name, weight)| (name.trim(), weight.trim().parse::<f32>()));
        matches!(parameter, Some(("q" | "Q", Ok(weight))) if weight <= 0.0)
    };
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("text/event-stream")) && !parts.any(is_refused)
}

#[cfg(test)]
mod tests {
    use super::is_events;

    #[test]
    fn events_are_accepted_by_name_and_weight() {
        for (kind, accepted) in [
            ("text/event-stream", true),
            (" Text/Event-Stream; q=0.5", true),
            ("text/event-stream;charset=utf-8", true),
            ("text/event-stream;q=0", false),
            ("text/event-stream; Q = 0.000", false),
            ("text/event-streams", false),
            ("application/json", false),
            ("*/*", false),
        ] {
            assert_eq!(is_events(kind), accepted, "{kind}");
        }
    }
}
