//! The headers, data and trailers of a response.

use std::{
    convert::Infallible,
    fmt,
    pin::Pin,
    sync::{Arc, LazyLock},
    task::{self, Poll, ready},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{HeaderMap, HeaderName, HeaderValue, Response, header::CONTENT_TYPE};
use http_body::{Frame, SizeHint};
#[cfg(feature = "server")]
use tokio::time::Instant;

use super::{
    header_limit::{self, too_large},
    response_data::{MessageBatches, ResponseData},
};
use crate::{
    CancelGuard, Code, Error, Metadata, Method,
    call::connection_info::MaxHeaderListSize,
    grpc::{compression::Encoding, content_type::GRPC, error_log::log_error, header, metadata, status},
    intercept::ActiveCall,
};

/// The response to a request, when it is ready.
pub(super) type ResponseFuture = BoxFuture<'static, Result<Response<ResponseBody>, Infallible>>;

/// The usual headers, and the trailers of success. Copying them is cheaper than making them.
static HEADERS: LazyLock<HeaderMap> = LazyLock::new(|| single_header(CONTENT_TYPE, GRPC));
static SUCCESS: LazyLock<HeaderMap> = LazyLock::new(|| single_header(header::STATUS, "0"));

/// The body of a response. It keeps its call alive until it has ended or is dropped, and ends with the trailers that the
/// handler has set.
#[derive(Debug, Default)]
pub struct ResponseBody {
    frames: PendingFrames,
    call: Option<CallInProgress>,
}

/// The frames of a body that are not sent yet.
#[derive(Default)]
enum PendingFrames {
    /// All data, then the status of success.
    Unary(Bytes),
    /// Data as they become ready, then a status. The method is for the log.
    Stream(MessageBatches, Arc<Method>),
    /// A status.
    Trailers(EncodedStatus),
    /// No frames.
    #[default]
    Ended,
}

/// The next frame of a body.
enum NextBodyFrame {
    Data(Bytes),
    Trailers(EncodedStatus),
}

/// The trailers of a call, and the code in them: `None` for success.
struct EncodedStatus(HeaderMap, Option<Code>);

/// A call whose handler runs, or whose response is being sent.
#[derive(Debug)]
pub(super) struct CallInProgress {
    pub(super) active: ActiveCall,
    #[expect(dead_code, reason = "held until the last frame is sent, or the caller goes away")]
    guard: CancelGuard,
    /// The number of headers that interceptors have set.
    interceptor_headers: usize,
    limit: MaxHeaderListSize,
}

impl CallInProgress {
    /// Creates a call that interceptors have let pass.
    pub(super) fn new(active: ActiveCall, guard: CancelGuard, limit: MaxHeaderListSize) -> Self {
        let interceptor_headers = active.cx().count_headers();
        Self { active, guard, interceptor_headers, limit }
    }
}

impl ResponseBody {
    /// Returns the deadline of the call; `None` if it has ended, or has none.
    #[cfg(feature = "server")]
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.call.as_ref()?.active.cx().deadline()
    }

    /// Drops the pending frames. The call ends with this code, if it has not ended.
    #[cfg(feature = "server")]
    pub(crate) fn end_call(self, code: Code) {
        if let Some(call) = self.call {
            call.active.end(Some(code));
        }
    }

    /// Makes the frame. Trailers are the last one, so they end the call.
    fn finish_frame(&mut self, frame: NextBodyFrame) -> Frame<Bytes> {
        let EncodedStatus(mut trailers, code) = match frame {
            NextBodyFrame::Data(data) => return Frame::data(data),
            NextBodyFrame::Trailers(status) => status,
        };
        if let Some(call) = self.call.take() {
            metadata::append_new(&call.active.cx().trailers(), &mut trailers);
            call.active.end(header_limit::truncate(&mut trailers, call.limit, code));
        }
        Frame::trailers(trailers)
    }
}

impl PendingFrames {
    fn new(data: ResponseData, method: Arc<Method>) -> Self {
        match data {
            ResponseData::Unary(data) => Self::Unary(data),
            ResponseData::Stream(batches) => Self::Stream(batches, method),
        }
    }

    fn poll(&mut self, active: Option<&ActiveCall>, cx: &mut task::Context<'_>) -> Poll<Option<NextBodyFrame>> {
        let (frame, rest) = match std::mem::take(self) {
            Self::Unary(data) => (NextBodyFrame::Data(data), Self::Trailers(success())),
            Self::Stream(mut batches, method) => match batches.poll(cx) {
                Poll::Pending => {
                    *self = Self::Stream(batches, method);
                    return Poll::Pending;
                }
                Poll::Ready(Some(Ok(data))) => (NextBodyFrame::Data(data), Self::Stream(batches, method)),
                Poll::Ready(Some(Err(error))) => {
                    if let Some(active) = active {
                        active.failed(&error);
                    }
                    (NextBodyFrame::Trailers(failure(&method, &error)), Self::Ended)
                }
                Poll::Ready(None) => (NextBodyFrame::Trailers(success()), Self::Ended),
            },
            Self::Trailers(status) => (NextBodyFrame::Trailers(status), Self::Ended),
            Self::Ended => return Poll::Ready(None),
        };
        *self = rest;
        Poll::Ready(Some(frame))
    }
}

impl fmt::Debug for PendingFrames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PendingFrames(..)")
    }
}

fn single_header(name: HeaderName, value: &'static str) -> HeaderMap {
    HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
}

fn success() -> EncodedStatus {
    EncodedStatus(SUCCESS.clone(), None)
}

fn failure(method: &Method, error: &Error) -> EncodedStatus {
    log_error(method, error);
    EncodedStatus(status::to_headers(error), Some(error.code()))
}

/// Returns the response of a handler, with the headers and trailers in its context.
///
/// A call that failed before its first message gets a trailers-only response, so that a client may retry it (gRFC A6). If
/// the handler has set headers, they must remain headers; those of interceptors need not, since they do not show progress.
pub(super) fn finish(
    method: Arc<Method>,
    result: Result<ResponseData, Error>,
    encoding: Encoding,
    call: CallInProgress,
) -> Response<ResponseBody> {
    let headers = call.active.cx().headers();
    if let Err(error) = &result {
        call.active.failed(error);
    }
    match result {
        Err(error) if headers.len() <= call.interceptor_headers => trailers_only(&method, &error, &headers, &call),
        result => with_headers(method, result, encoding, &headers, call),
    }
}

/// Returns a response that begins with headers, unless its caller does not accept them.
fn with_headers(
    method: Arc<Method>,
    result: Result<ResponseData, Error>,
    encoding: Encoding,
    headers: &Metadata,
    call: CallInProgress,
) -> Response<ResponseBody> {
    let head = head(encoding, headers);
    if !headers.is_empty() && !header_limit::accepts(call.limit, &head) {
        let too_large = too_large("headers", call.limit);
        return trailers_only(&method, &result.err().unwrap_or(too_large), &Metadata::new(), &call);
    }
    let frames = match result {
        Ok(data) => PendingFrames::new(data, method),
        Err(error) => PendingFrames::Trailers(failure(&method, &error)),
    };
    let mut response = Response::new(ResponseBody { frames, call: Some(call) });
    *response.headers_mut() = head;
    response
}

fn head(encoding: Encoding, metadata: &Metadata) -> HeaderMap {
    let mut headers = HEADERS.clone();
    if let Some(encoding) = encoding.name() {
        headers.insert(header::ENCODING, HeaderValue::from_static(encoding));
    }
    metadata::append(metadata, &mut headers);
    headers
}

/// Returns the response to a failed call, without headers before its trailers.
fn trailers_only(method: &Method, error: &Error, headers: &Metadata, call: &CallInProgress) -> Response<ResponseBody> {
    let EncodedStatus(status, code) = failure(method, error);
    let mut response = status::trailers_only(status);
    call.active.end(code);
    for metadata in [headers, &call.active.cx().trailers()] {
        metadata::append_new(metadata, response.headers_mut());
    }
    header_limit::truncate(response.headers_mut(), call.limit, code);
    response
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let span = self.call.as_ref().map(|call| call.active.span());
        let _entered = span.as_ref().map(tracing::Span::enter);
        let Self { frames, call } = &mut *self;
        let frame = ready!(frames.poll(call.as_ref().map(|call| &call.active), cx));
        let frame = frame.map(|frame| self.finish_frame(frame));
        if frame.is_none() {
            self.call = None;
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.frames, PendingFrames::Ended)
    }

    /// Returns no size for a body with trailers, which a size does not count.
    fn size_hint(&self) -> SizeHint {
        if http_body::Body::is_end_stream(self) { SizeHint::with_exact(0) } else { SizeHint::default() }
    }
}
