//! Requests whose bodies do not come.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Version, header::CONTENT_LENGTH};
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::error::BoxError;

/// The body of a request, which breaks off if nothing of it comes for too long.
#[derive(Debug)]
pub(super) struct Timely<B> {
    body: B,
    limit: Option<Duration>,
    /// Set while the body is waited for.
    expiry: Option<Pin<Box<Sleep>>>,
}

/// The request with a body that has to come, if it is one of HTTP/1 that told its length or `is_whole`, one message: who
/// knows the length has all of it. A stream of requests may be silent, and HTTP/2 asks its callers for signs of life.
pub(super) fn timely<B>(
    request: Request<B>,
    limit: Duration,
    is_whole: impl FnOnce(&Request<B>) -> bool,
) -> Request<Timely<B>> {
    let has_to_come =
        request.version() < Version::HTTP_2 && (request.headers().contains_key(CONTENT_LENGTH) || is_whole(&request));
    request.map(|body| Timely { body, limit: has_to_come.then_some(limit), expiry: None })
}

impl<B> Timely<B> {
    fn is_late(&mut self, cx: &mut Context<'_>) -> bool {
        let Some(limit) = self.limit else { return false };
        self.expiry.get_or_insert_with(|| Box::pin(sleep(limit))).as_mut().poll(cx).is_ready()
    }
}

impl<B: Body<Error: Into<BoxError>> + Unpin> Body for Timely<B> {
    type Data = B::Data;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, BoxError>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                self.expiry = None;
                Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
            }
            Poll::Pending if self.is_late(cx) => Poll::Ready(Some(Err("the rest of the request did not come".into()))),
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
