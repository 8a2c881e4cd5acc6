//! Responses that end with a fault.

use std::{future::pending, iter, time::Duration};

use bytes::Bytes;
use futures::{FutureExt, Stream, StreamExt, stream};
use http::{HeaderMap, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Frame;
use http_body_util::{BodyStream, Full, StreamBody};
use tokio::time;

use super::connection_switch::{ScriptedEnd, Switches};
use crate::{
    Body,
    error::BoxError,
    fake::{Fault, FaultKind, FaultPoint},
    grpc::content_type,
    server::connection::StreamFailure,
};

/// The time for the part of a response before a fault to reach the caller. On a paused clock it passes when all is sent.
const FLUSH_TIME: Duration = Duration::from_millis(1);

/// The beginning of a message of 64 bytes.
const PARTIAL_MESSAGE: &[u8] = b"\0\0\0\0\x40part";

const EMPTY_MESSAGE: &[u8] = b"\0\0\0\0\0";

/// `GOAWAY` with stream 0 as the last that was processed; the code follows.
const GO_AWAY: &[u8] = b"\0\0\x08\x07\0\0\0\0\0\0\0\0\0";

/// The header of a `DATA` frame of 100 bytes, and a part of it.
const TRUNCATED_FRAME: &[u8] = b"\0\0\x64\0\0\0\0\0\x01part";

const PAGE: &str = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>\n";

/// A fault of a call, and the connection of its caller.
#[derive(Clone, Debug)]
pub(super) struct CallFault {
    pub(super) fault: Fault,
    pub(super) caller: String,
    pub(super) switches: Switches,
}

/// Returns the fault that headers or trailers name.
pub(super) fn fault_in(headers: &HeaderMap) -> Option<Fault> {
    headers.get(Fault::KEY)?.to_str().ok()?.parse().ok()
}

/// Causes the fault that the trailers of a response name.
pub(super) fn watch_trailers(body: Body, fail: impl Fn(Fault) -> CallFault + Send + 'static) -> Body {
    let frames = BodyStream::new(body).flat_map(move |frame| {
        let trailers = frame.as_ref().ok().and_then(Frame::trailers_ref);
        match trailers.and_then(fault_in) {
            Some(fault) => fail(fault).frames().left_stream(),
            None => stream::iter([frame]).right_stream(),
        }
    });
    Body::new(StreamBody::new(frames))
}

impl CallFault {
    /// Returns the response that ends with the fault.
    pub(super) async fn response(self) -> Response<Body> {
        match (self.fault.kind(), self.fault.point()) {
            (FaultKind::BadGateway, _) => complete(StatusCode::BAD_GATEWAY, "text/html", PAGE.as_bytes()),
            (FaultKind::WrongContentType, _) => complete(StatusCode::OK, "text/plain", b"hello\n"),
            (FaultKind::MissingTrailers, _) => complete(StatusCode::OK, content_type::GRPC, EMPTY_MESSAGE),
            (FaultKind::Reset(code), FaultPoint::BeforeHeaders) => {
                let mut response = Response::new(Body::empty());
                response.extensions_mut().insert(StreamFailure::new(move || reset(code)));
                response
            }
            (_, FaultPoint::BeforeHeaders) => self.end().await,
            _ => of_type(StatusCode::OK, content_type::GRPC, Body::new(StreamBody::new(self.frames()))),
        }
    }

    /// Returns the rest of a response whose headers were sent.
    fn frames(self) -> impl Stream<Item = Result<Frame<Bytes>, BoxError>> + Send + 'static {
        let is_within = self.fault.point() == FaultPoint::WithinMessage;
        let partial = iter::once(Ok(Frame::data(Bytes::from_static(PARTIAL_MESSAGE)))).filter(move |_| is_within);
        let end = async move {
            time::sleep(FLUSH_TIME).await;
            match self.fault.kind() {
                FaultKind::Reset(code) => Some(Err(reset(code))),
                FaultKind::MissingTrailers | FaultKind::WrongContentType | FaultKind::BadGateway => None,
                _ => self.end().await,
            }
        };
        stream::iter(partial).chain(end.into_stream().filter_map(std::future::ready))
    }

    /// Ends the connection, unless the call only stalls. Nothing follows.
    async fn end<T>(&self) -> T {
        let last_bytes = match self.fault.kind() {
            FaultKind::Stall => return pending().await,
            FaultKind::GoAway(code) => [GO_AWAY, &code.to_be_bytes()].concat(),
            FaultKind::TruncateFrame => TRUNCATED_FRAME.to_vec(),
            _ => Vec::new(),
        };
        self.switches.end(&self.caller, ScriptedEnd { last_bytes });
        pending().await
    }
}

fn complete(status: StatusCode, content_type: &'static str, body: &'static [u8]) -> Response<Body> {
    of_type(status, content_type, Body::new(Full::new(Bytes::from_static(body))))
}

fn of_type(status: StatusCode, content_type: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(content_type));
    response
}

fn reset(code: u32) -> BoxError {
    h2::Error::from(h2::Reason::from(code)).into()
}
