//! A timeout for request bodies.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Version, header::CONTENT_LENGTH};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::error::BoxError;

/// The body of a request. It fails if the caller pauses for too long.
#[derive(Debug)]
pub(crate) struct ReadTimeoutBody<B> {
    body: B,
    limit: Option<Duration>,
    /// Set while the body is pending.
    expiry: Option<Pin<Box<Sleep>>>,
}

/// Adds the timeout to an HTTP/1 request that has a `content-length`, or consists of one message by `is_whole`: its caller
/// has all of it. A stream of requests may pause, and HTTP/2 has pings.
pub(crate) fn with_read_timeout<B>(
    request: Request<B>,
    limit: Duration,
    is_whole: impl FnOnce(&Request<B>) -> bool,
) -> Request<ReadTimeoutBody<B>> {
    let is_complete =
        request.version() < Version::HTTP_2 && (request.headers().contains_key(CONTENT_LENGTH) || is_whole(&request));
    request.map(|body| ReadTimeoutBody { body, limit: is_complete.then_some(limit), expiry: None })
}

impl<B> ReadTimeoutBody<B> {
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(limit) = self.limit else { return false };
        self.expiry.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx).is_ready()
    }
}

impl<B: Body<Error: Into<BoxError>> + Unpin> Body for ReadTimeoutBody<B> {
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                self.expiry = None;
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending if self.is_late(cx) => {
                Poll::Ready(Some(Err("the rest of the request body was not received in time".into())))
            }
            Poll::Pending => Poll::Pending,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
