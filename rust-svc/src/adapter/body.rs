//! Headers and trailers around the messages of an answer.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{self, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header};
use http_body::{Frame, SizeHint};
#[cfg(feature = "server")]
use tokio::time::Instant;

use super::{
    report,
    responses::{Batches, Data},
    room::too_large,
};
use crate::{
    CancelGuard, Code, Error, Metadata, Method,
    call::connection_info::MaxHeaderListSize,
    grpc::{self, compression::Encoding, metadata},
    intercept::ActiveCall,
};

/// The headers of an answer, and the trailers of one that succeeded: to copy them takes fewer steps than to make them.
static ANSWERED: LazyLock<HeaderMap> = LazyLock::new(|| one(header::CONTENT_TYPE, "application/grpc"));
static SUCCEEDED: LazyLock<HeaderMap> = LazyLock::new(|| one(grpc::header::STATUS, "0"));

/// The body of an answer. It keeps its call alive until it has ended or is dropped, and ends with the trailers that the
/// handler set.
#[derive(Debug)]
pub struct ResponseBody {
    frames: Frames,
    call: Option<Call>,
}

/// The frames of a body that are still to come.
enum Frames {
    /// These data, and the status of a call that succeeded.
    One(Bytes),
    /// Data as they come, and a status; with the method, for the log.
    Many(Batches, Arc<Method>),
    /// A status and what goes with it.
    Status(End),
    /// None.
    Ended,
}

/// A frame of a body.
enum Piece {
    Frame(Frame<Bytes>),
    End(End),
}

/// The trailers of a call, and the code in them: `None` if it did not fail.
struct End(HeaderMap, Option<Code>);

/// What ends with a call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) running: ActiveCall,
    #[expect(dead_code, reason = "held until the last frame is sent, or the caller goes away")]
    lifeline: CancelGuard,
    /// How many headers its answer had before the handler ran.
    given: usize,
    room: MaxHeaderListSize,
}

impl Call {
    /// A call that has passed, before its handler runs.
    pub(super) fn of(running: ActiveCall, lifeline: CancelGuard, room: MaxHeaderListSize) -> Self {
        let given = running.cx().count_headers();
        Self { running, lifeline, given, room }
    }
}

impl ResponseBody {
    /// A body without a frame.
    pub(super) fn empty() -> Self {
        Self { frames: Frames::Ended, call: None }
    }

    /// When its call must have ended; `None` if it has, or may take for ever.
    #[cfg(feature = "server")]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.call.as_ref()?.running.cx().deadline()
    }

    /// Drops the frames that are still to come. The call ends with this code, if it has not ended.
    #[cfg(feature = "server")]
    pub(crate) fn cut(self, code: Code) {
        if let Some(call) = self.call {
            call.running.end(Some(code));
        }
    }

    /// Trailers are the last frame, so they end the call.
    fn completed(&mut self, piece: Piece) -> Frame<Bytes> {
        let End(mut trailers, code) = match piece {
            Piece::Frame(frame) => return frame,
            Piece::End(end) => end,
        };
        if let Some(call) = self.call.take() {
            metadata::append_new(&call.running.cx().trailers(), &mut trailers);
            call.running.end(call.room.truncate(&mut trailers, code));
        }
        Frame::trailers(trailers)
    }
}

impl Frames {
    fn of(data: Data, method: Arc<Method>) -> Self {
        match data {
            Data::One(data) => Self::One(data),
            Data::Many(batches) => Self::Many(batches, method),
        }
    }

    fn poll(&mut self, running: Option<&ActiveCall>, cx: &mut task::Context<'_>) -> Poll<Option<Piece>> {
        let (piece, rest) = match std::mem::replace(self, Self::Ended) {
            Self::One(data) => (Piece::data(data), Self::Status(succeeded())),
            Self::Many(mut batches, method) => match batches.poll(cx) {
                Poll::Pending => {
                    *self = Self::Many(batches, method);
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(data))) => (Piece::data(data), Self::Many(batches, method)),
                Poll::Ready(Some(Err(error))) => {
                    if let Some(running) = running {
                        running.failed(&error);
                    }
                    (Piece::End(failed(&method, &error)), Self::Ended)
                }
                Poll::Ready(None) => (Piece::End(succeeded()), Self::Ended),
            },
            Self::Status(end) => (Piece::End(end), Self::Ended),
            Self::Ended => return Poll::Ready(None),
        };
        *self = rest;
        Poll::Ready(Some(piece))
    }
}

impl Piece {
    fn data(data: Bytes) -> Self {
        Self::Frame(Frame::data(data))
    }
}

impl fmt::Debug for Frames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Frames(..)")
    }
}

fn one(name: HeaderName, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
}

fn succeeded() -> End {
    End(SUCCEEDED.clone(), None)
}

fn failed(method: &Method, error: &Error) -> End {
    End(report::status(method, error), Some(error.code()))
}

/// A response whose only frame carries a status.
fn trailers_only(mut status: HeaderMap) -> Response<ResponseBody> {
    status.insert(header::CONTENT_TYPE, ANSWERED[header::CONTENT_TYPE].clone());
    let mut response = Response::new(ResponseBody::empty());
    *response.headers_mut() = status;
    response
}

/// The answer to a call that no handler saw.
pub(crate) fn refuse(error: &Error) -> Response<ResponseBody> {
    trailers_only(grpc::status::to_headers(error))
}

/// The answer to a call that an interceptor refused, with what others have put into its headers.
pub(super) fn refuse_with(error: &Error, headers: &Metadata) -> Response<ResponseBody> {
    let mut response = refuse(error);
    metadata::append(headers, response.headers_mut());
    response
}

/// The answer of a handler, with what it set in its context.
///
/// A call that failed before its first message is answered by trailers alone, which tells a client that it may try
/// again (gRFC A6); but if the handler set headers, they must stay headers. Those of interceptors need not: they say
/// nothing of how far the call came.
pub(super) fn finish(
    method: Arc<Method>,
    answer: Result<Data, Error>,
    encoding: Encoding,
    call: Call,
) -> Response<ResponseBody> {
    let headers = call.running.cx().headers();
    if let Err(error) = &answer {
        call.running.failed(error);
    }
    match answer {
        Err(error) if headers.len() <= call.given => alone(&method, &error, &headers, &call),
        answer => begin(method, answer, encoding, &headers, call),
    }
}

/// The answer that headers begin, unless its caller does not take them.
fn begin(
    method: Arc<Method>,
    answer: Result<Data, Error>,
    encoding: Encoding,
    headers: &Metadata,
    call: Call,
) -> Response<ResponseBody> {
    let head = head(encoding, headers);
    if !headers.is_empty() && !call.room.holds(&head) {
        let large = too_large("headers", call.room);
        return alone(&method, &answer.err().unwrap_or(large), &Metadata::new(), &call);
    }
    let frames = match answer {
        Ok(data) => Frames::of(data, method),
        Err(error) => Frames::Status(failed(&method, &error)),
    };
    let mut response = Response::new(ResponseBody { frames, call: Some(call) });
    *response.headers_mut() = head;
    response
}

/// The headers of an answer that begins.
fn head(encoding: Encoding, metadata: &Metadata) -> HeaderMap {
    let mut headers = ANSWERED.clone();
    if let Some(encoding) = encoding.name() {
        headers.insert(grpc::header::ENCODING, HeaderValue::from_static(encoding));
    }
    metadata::append(metadata, &mut headers);
    headers
}

/// The answer to a call that failed, without headers before its trailers.
fn alone(method: &Method, error: &Error, headers: &Metadata, call: &Call) -> Response<ResponseBody> {
    let mut response = trailers_only(report::status(method, error));
    call.running.end(Some(error.code()));
    for metadata in [headers, &call.running.cx().trailers()] {
        metadata::append_new(metadata, response.headers_mut());
    }
    call.room.truncate(response.headers_mut(), Some(error.code()));
    response
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let span = self.call.as_ref().map(|call| call.running.span());
        let _entered = span.as_ref().map(tracing::Span::enter);
        let Self { frames, call } = &mut *self;
        let piece = ready!(frames.poll(call.as_ref().map(|call| &call.running), cx));
        let frame = piece.map(|piece| self.completed(piece));
        if frame.is_none() {
            self.call = None;
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        match &self.frames {
            Frames::Ended => true,
            Frames::One(_) | Frames::Many(..) | Frames::Status(_) => false,
        }
    }

    /// No size is told where trailers follow, which no size counts.
    fn size_hint(&self) -> SizeHint {
        match &self.frames {
            Frames::Ended => SizeHint::with_exact(0),
            Frames::One(_) | Frames::Many(..) | Frames::Status(_) => SizeHint::default(),
        }
    }
}
