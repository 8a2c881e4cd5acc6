//! A stream of messages as the body of a response.
//!
//! Each message is a line of JSON (`application/x-ndjson`), sent as soon as it is there. An error is the last line,
//! `{"error":{"code":..,"message":..,"details":[..]}}`, and after it the body breaks off: a stream that ends as HTTP
//! bodies end has no error. Where a message may itself have the key `error`, the last line has the key `@error`.
//!
//! A caller that accepts `text/event-stream` gets server-sent events: `data:` with a message each, and for an error
//! `event: error` with the status as its data.
//!
//! A server that stops before the stream does ends it with the error `UNAVAILABLE`.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
};
use bytes::Bytes;
use futures::{FutureExt, stream};
use tokio::time;
use tracing::Instrument;

use super::answer;
use crate::{
    CancelGuard, Error, Method, Result, Streaming,
    call::shutdown::ShutdownSignal,
    intercept::{ActiveCall, panicked},
    json::{self, JsonValue, PrintOptions},
};

/// How long the last line has to leave before the body breaks off.
const FLUSH: Duration = Duration::from_millis(100);

/// How messages are told from one another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    Lines { error_key: &'static str },
    Events,
}

/// A stream that is being sent.
pub(super) struct ResponseStream<R> {
    pub(super) method: Method,
    pub(super) messages: Streaming<R>,
    pub(super) framing: Framing,
    pub(super) print: PrintOptions,
    pub(super) response_field: Option<&'static str>,
    pub(super) running: Arc<ActiveCall>,
    pub(super) ending: ShutdownSignal,
    #[expect(dead_code, reason = "held until the last message is sent, or the caller goes away")]
    pub(super) lifeline: CancelGuard,
}

enum StreamState<R> {
    Open(Box<ResponseStream<R>>),
    /// The error is sent, and how the body ends is not.
    Failed,
}

impl Framing {
    pub(super) fn of(headers: &HeaderMap, may_have_error: bool) -> Self {
        let accepts = |value: &HeaderValue| value.to_str().is_ok_and(|value| value.split(',').any(is_events));
        if headers.get_all(header::ACCEPT).iter().any(accepts) {
            return Self::Events;
        }
        Self::Lines { error_key: if may_have_error { "@error" } else { "error" } }
    }

    fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Lines { .. } => "application/x-ndjson",
            Self::Events => "text/event-stream",
        })
    }

    fn message(self, json: &[u8]) -> Bytes {
        match self {
            Self::Lines { .. } => [json, b"\n"].concat().into(),
            Self::Events => [b"data: ", json, b"\n\n"].concat().into(),
        }
    }

    fn error(self, status: &[u8]) -> Bytes {
        match self {
            Self::Lines { error_key } => [b"{\"", error_key.as_bytes(), b"\":", status, b"}\n"].concat().into(),
            Self::Events => [b"event: error\ndata: ", status, b"\n\n"].concat().into(),
        }
    }
}

/// True of what a caller accepts if it is events, and not refused by a weight of zero.
fn is_events(kind: &str) -> bool {
    let mut parts = kind.split(';').map(str::trim);
    let is_refused = |parameter: &str| {
        let parameter = parameter.split_once('=').map(|(name, weight)| (name.trim(), weight.trim().parse::<f32>()));
        matches!(parameter, Some(("q" | "Q", Ok(weight))) if weight <= 0.0)
    };
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("text/event-stream")) && !parts.any(is_refused)
}

impl<R: JsonValue + Send + 'static> ResponseStream<R> {
    /// The response whose body is the stream.
    pub(super) fn into_response(self) -> Response<Body> {
        let content_type = self.framing.content_type();
        // Whatever becomes of the stream, its status has been told.
        self.running.answered(200);
        let frames = stream::unfold(Some(StreamState::Open(Box::new(self))), |state| async move {
            match state? {
                StreamState::Open(download) => {
                    let span = download.running.span();
                    download.next().instrument(span).await
                }
                StreamState::Failed => Some((Err(broken_off().await), None)),
            }
        });
        let mut response = Response::new(Body::from_stream(frames));
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    async fn next(mut self: Box<Self>) -> Option<(Result<Bytes>, Option<StreamState<R>>)> {
        let Some(message) = self.message_or_gone().await else {
            self.running.end(None);
            return None;
        };
        let printed = message.and_then(|message| {
            json::print_response(&message, self.response_field, &self.print).map_err(Error::internal)
        });
        match printed {
            Ok(json) => {
                self.running.sent(1);
                Some((Ok(self.framing.message(&json)), Some(StreamState::Open(self))))
            }
            Err(error) => Some(self.fail(&error)),
        }
    }

    async fn message_or_gone(&mut self) -> Option<Result<R>> {
        let ending = self.ending.clone();
        tokio::select! {
            biased;
            message = self.message() => message,
            gone = ending.recv() => Some(Err(gone)),
        }
    }

    async fn message(&mut self) -> Option<Result<R>> {
        let deadline = self.running.cx().deadline();
        let next = AssertUnwindSafe(self.messages.next()).catch_unwind();
        let next = match deadline {
            Some(deadline) => time::timeout_at(deadline, next).await,
            None => Ok(next.await),
        };
        match next {
            Ok(Ok(next)) => next,
            Ok(Err(panic)) => Some(Err(panicked(&self.method, &*panic))),
            Err(_) => Some(Err(Error::deadline_exceeded("the deadline passed before the stream ended"))),
        }
    }

    fn fail(self, error: &Error) -> (Result<Bytes>, Option<StreamState<R>>) {
        answer::report(self.method, error);
        self.running.failed(error);
        self.running.end(Some(error.code()));
        let frame = self.framing.error(&answer::body(error, &self.print));
        let is_told_apart = self.framing == Framing::Events;
        (Ok(frame), (!is_told_apart).then_some(StreamState::Failed))
    }
}

/// The error that makes the server end the connection or reset the stream, once what was sent has left.
async fn broken_off() -> Error {
    time::sleep(FLUSH).await;
    Error::cancelled("the stream failed; its last line tells why")
}

#[cfg(test)]
mod tests {
    use super::is_events;

    #[test]
    fn what_asks_for_events() {
        for (kind, asks) in [
            ("text/event-stream", true),
            (" Text/Event-Stream; q=0.5", true),
            ("text/event-stream;charset=utf-8", true),
            ("text/event-stream;q=0", false),
            ("text/event-stream; Q = 0.000", false),
            ("text/event-streams", false),
            ("application/json", false),
            ("*/*", false),
        ] {
            assert_eq!(is_events(kind), asks, "{kind}");
        }
    }
}
