//! Headers and trailers around the messages of an answer.

use std::{
    pin::Pin,
    task::{self, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, header};
use http_body::Frame;
use http_body_util::{BodyExt, Empty};

use crate::{
    Code, Context, Error, Lifeline, Metadata,
    grpc::{metadata, status},
    intercept::Running,
};

/// The body of an answer. It keeps its call alive until it has ended or is dropped, and ends with the trailers that the
/// handler set.
#[derive(Debug)]
pub struct Body {
    frames: tonic::body::Body,
    call: Option<Call>,
}

/// What ends with a call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) cx: Context,
    pub(super) running: Running,
    #[expect(dead_code, reason = "held until the last frame is sent, or the caller goes away")]
    pub(super) lifeline: Lifeline,
}

impl Body {
    /// A body without a frame.
    pub(super) fn empty() -> Self {
        Self::new(tonic::body::Body::empty())
    }

    /// A body of frames that end as they are.
    pub(super) fn new(frames: tonic::body::Body) -> Self {
        Self { frames, call: None }
    }

    /// Trailers are the last frame, so they end the call.
    fn completed(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        let mut trailers = match frame.into_trailers() {
            Ok(trailers) => trailers,
            Err(frame) => return frame,
        };
        if let Some(call) = self.call.take() {
            metadata::append(&call.cx.trailers(), &mut trailers);
            call.running.end(code(&trailers));
        }
        Frame::trailers(trailers)
    }
}

/// The answer to a call that no handler saw.
pub(crate) fn refuse(error: &Error) -> Response<Body> {
    status::to_status(error).into_http::<tonic::body::Body>().map(Body::new)
}

/// The answer to a call that an interceptor refused, with what others have put into its headers.
pub(super) fn refuse_with(error: &Error, headers: &Metadata) -> Response<Body> {
    let mut response = refuse(error);
    metadata::append(headers, response.headers_mut());
    response
}

/// The code of a status that is in headers or trailers.
fn code(trailers: &HeaderMap) -> Option<Code> {
    let number = trailers.get("grpc-status").and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok());
    number.map_or(Some(Code::Unknown), Code::from_number)
}

/// The answer with what the handler set in its context.
///
/// A call that failed before its first message is answered by trailers alone, which tells a client that it may try
/// again (gRFC A6); but if the handler set headers, they must stay headers.
pub(super) fn finish(response: Response<tonic::body::Body>, call: Call) -> Response<Body> {
    let headers = call.cx.headers();
    let response = match response.headers().contains_key("grpc-status") {
        true if headers.is_empty() => {
            call.running.end(code(response.headers()));
            return trailers_only(response, &call.cx.trailers());
        }
        true => detached(response),
        false => response,
    };
    let mut response = response.map(|frames| Body { frames, call: Some(call) });
    metadata::append(&headers, response.headers_mut());
    response
}

fn trailers_only(mut response: Response<tonic::body::Body>, trailers: &Metadata) -> Response<Body> {
    metadata::append(trailers, response.headers_mut());
    response.map(Body::new)
}

/// Moves a status from the headers to the trailers.
fn detached(mut response: Response<tonic::body::Body>) -> Response<tonic::body::Body> {
    let mut trailers = std::mem::take(response.headers_mut());
    trailers.remove(header::CONTENT_TYPE);
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
    let body = Empty::<Bytes>::new().with_trailers(std::future::ready(Some(Ok(trailers))));
    response.map(|_| tonic::body::Body::new(body))
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let span = self.call.as_ref().map(|call| call.running.span());
        let _entered = span.as_ref().map(tracing::Span::enter);
        let frame = ready!(Pin::new(&mut self.frames).poll_frame(cx));
        let frame = frame.map(|frame| frame.map(|frame| self.completed(frame)).map_err(status::from_status));
        if !matches!(frame, Some(Ok(_))) {
            self.call = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.frames.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.frames.size_hint()
    }
}
