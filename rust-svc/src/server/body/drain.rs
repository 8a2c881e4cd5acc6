//! Reading the rest of an HTTP/1 request after its response.
//!
//! A connection whose request was not read to its end is closed after the response. A caller that is still sending then
//! often sees a reset instead of the response.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Version, header::EXPECT};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::{runtime::Handle, time};

/// The most bytes that are drained, and the longest time.
const MAX_BYTES: usize = 1024 * 1024;
const MAX_TIME: Duration = Duration::from_secs(1);

/// The body of a request. Dropping it drains a bounded part of the rest.
#[derive(Debug)]
pub(crate) struct DrainOnDropBody<B: Body<Data: Send> + Send + Unpin + 'static> {
    body: Option<B>,
    drains: bool,
}

/// Drains the body on drop if the request is HTTP/1 and its caller does not wait for `100 Continue`.
pub(crate) fn drain_on_drop<B: Body<Data: Send> + Send + Unpin + 'static>(
    request: Request<B>,
) -> Request<DrainOnDropBody<B>> {
    let drains = request.version() < Version::HTTP_2 && !request.headers().contains_key(EXPECT);
    request.map(|body| DrainOnDropBody { body: Some(body), drains })
}

impl<B: Body<Data: Send> + Send + Unpin + 'static> Body for DrainOnDropBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        let frame = ready!(Pin::new(body).poll_frame(cx));
        if !matches!(frame, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B: Body<Data: Send> + Send + Unpin + 'static> Drop for DrainOnDropBody<B> {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| self.drains && !body.is_end_stream());
        if let (Some(rest), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(time::timeout(MAX_TIME, drain(rest)));
        }
    }
}

async fn drain<B: Body + Unpin>(mut body: B) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, bytes::Buf::remaining);
        if read > MAX_BYTES {
            return;
        }
    }
}
