//! A stream of messages as the body of a response.
//!
//! Each message is sent at once, as a line of JSON (`application/x-ndjson`), an item of an array (`application/json`) or a
//! server-sent event (`text/event-stream`), as the caller accepts.
//!
//! An error is the last line or item, `{"error":{"code":..,"message":..,"details":[..]}}`, after which the body breaks
//! off: a stream without error ends as HTTP bodies end. If messages may have the key `error`, the key is `@error`. The
//! error of a stream of events is `event: error` with the status as its data.
//!
//! A server that shuts down ends the stream with the error `UNAVAILABLE`.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
};
use bytes::Bytes;
use futures::{FutureExt, stream};
use http_body::Frame;
use http_body_util::StreamBody;
use tokio::time;
use tracing::Instrument;

use super::{error_body, framing::Framing};
use crate::{
    CancelGuard, Error, Method, Result, Streaming,
    call::shutdown::ShutdownSignal,
    gateway::{bytes::http_body::HttpBody, headers, settings::GatewaySettings},
    grpc::error_log::log_error,
    intercept::{ActiveCall, panic_error},
    json::{self, JsonValue, PrintOptions},
};

/// How long the last line may take to leave before the body breaks off.
const FLUSH: Duration = Duration::from_millis(100);

/// A stream that is being sent.
pub(crate) struct ResponseStream<R> {
    pub(crate) method: Method,
    pub(crate) messages: Streaming<R>,
    pub(crate) framing: Framing,
    /// Whether the messages are `google.api.HttpBody`, of which only the bytes are sent.
    pub(crate) is_bytes: bool,
    pub(crate) print: PrintOptions,
    pub(crate) settings: Arc<GatewaySettings>,
    pub(crate) response_field: Option<&'static str>,
    /// Whether the caller reads trailers.
    pub(crate) accepts_trailers: bool,
    pub(crate) call: Arc<ActiveCall>,
    pub(crate) shutdown: ShutdownSignal,
    #[expect(dead_code, reason = "held until the last message is sent, or the caller goes away")]
    pub(crate) guard: CancelGuard,
}

enum StreamState<R> {
    Open(Box<ResponseStream<R>>),
    /// The error is sent, but not the abrupt end of the body.
    Failed,
    /// All data is sent.
    Trailers(Option<HeaderMap>),
    Ended,
}

type StreamStep<R> = (Result<Frame<Bytes>>, StreamState<R>);

impl<R: JsonValue + Send + 'static> ResponseStream<R> {
    /// Returns the response whose body is the stream.
    pub(crate) fn into_response(self, content_type: HeaderValue) -> Response<Body> {
        // The status is sent before the stream can fail.
        self.call.answered(200);
        let frames = stream::unfold(StreamState::Open(Box::new(self)), |state| async move {
            match state {
                StreamState::Open(stream) => {
                    let span = stream.call.span();
                    stream.next().instrument(span).await
                }
                StreamState::Failed => Some((Err(abrupt_end().await), StreamState::Ended)),
                StreamState::Trailers(trailers) => send_trailers(trailers),
                StreamState::Ended => None,
            }
        });
        let mut response = Response::new(Body::new(StreamBody::new(frames)));
        response.headers_mut().insert(header::CONTENT_TYPE, content_type);
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }

    async fn next(mut self: Box<Self>) -> Option<StreamStep<R>> {
        let Some(message) = self.message_or_heartbeat().await else {
            return Some((Ok(Frame::data(self.framing.heartbeat())), StreamState::Open(self)));
        };
        let Some(message) = message else { return self.end() };
        match message.and_then(|message| self.print(&message)) {
            Ok(text) => {
                self.call.sent(1);
                Some((Ok(Frame::data(text)), StreamState::Open(self)))
            }
            Err(error) if self.framing.is_separate() => {
                self.note_failure(&error);
                Some((Err(error), StreamState::Ended))
            }
            Err(error) if self.is_bytes => {
                self.note_failure(&error);
                Some((Err(abrupt_end().await), StreamState::Ended))
            }
            Err(error) => Some(self.fail(&error)),
        }
    }

    fn print(&mut self, message: &R) -> Result<Bytes> {
        if self.is_bytes {
            return Ok(HttpBody::of(message, self.response_field).data.into());
        }
        let json = json::print_response(message, self.response_field, &self.print).map_err(Error::internal)?;
        Ok(self.framing.message(json))
    }

    /// Returns the next message; `None` if a heartbeat is due before.
    async fn message_or_heartbeat(&mut self) -> Option<Option<Result<R>>> {
        match self.settings.heartbeat.filter(|_| self.framing.is_events() && !self.is_bytes) {
            Some(pause) => time::timeout(pause, self.message_or_shutdown()).await.ok(),
            None => Some(self.message_or_shutdown().await),
        }
    }

    async fn message_or_shutdown(&mut self) -> Option<Result<R>> {
        let shutdown = self.shutdown.clone();
        tokio::select! {
            biased;
            message = self.message() => message,
            error = shutdown.recv() => Some(Err(error)),
        }
    }

    async fn message(&mut self) -> Option<Result<R>> {
        let deadline = self.call.cx().deadline();
        let next = AssertUnwindSafe(self.messages.next()).catch_unwind();
        let next = match deadline {
            Some(deadline) => time::timeout_at(deadline, next).await,
            None => Ok(next.await),
        };
        match next {
            Ok(Ok(next)) => next,
            Ok(Err(panic)) => Some(Err(panic_error(&self.method, &*panic))),
            Err(_) => Some(Err(Error::deadline_exceeded("the deadline passed before the stream ended"))),
        }
    }

    /// Ends the stream, with the trailers of the call if the caller reads them.
    fn end(self) -> Option<StreamStep<R>> {
        self.call.end(None);
        let mut trailers = HeaderMap::new();
        if self.accepts_trailers {
            headers::append_trailers(self.call.cx().trailers().iter(), &self.settings, &mut trailers);
        }
        let trailers = (!trailers.is_empty()).then_some(trailers);
        let last = Some(self.framing.end()).filter(|text| !text.is_empty() && !self.is_bytes);
        match last {
            Some(text) => Some((Ok(Frame::data(text.into())), StreamState::Trailers(trailers))),
            None => send_trailers(trailers),
        }
    }

    fn note_failure(&self, error: &Error) {
        log_error(&self.method, error);
        self.call.failed(error);
        self.call.end(Some(error.code()));
    }

    fn fail(self, error: &Error) -> StreamStep<R> {
        self.note_failure(error);
        let frame = self.framing.error(&error_body(error, &self.settings).status());
        let is_distinct = self.framing.is_events();
        (Ok(Frame::data(frame)), if is_distinct { StreamState::Ended } else { StreamState::Failed })
    }
}

fn send_trailers<R>(trailers: Option<HeaderMap>) -> Option<StreamStep<R>> {
    trailers.map(|trailers| (Ok(Frame::trailers(trailers)), StreamState::Ended))
}

/// Returns the error that makes the server end the connection or reset the stream, once the last line has left.
async fn abrupt_end() -> Error {
    time::sleep(FLUSH).await;
    Error::cancelled("the stream failed; its last line has the reason")
}
