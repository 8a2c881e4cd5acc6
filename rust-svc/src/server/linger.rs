//! What a caller still sends when it has been answered.
//!
//! A connection of HTTP/1 whose request was not read to its end is closed after the answer, and a caller that is still
//! sending then often sees a broken connection and not the answer that tells it what is wrong with its request.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Version, header::EXPECT};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use tokio::{runtime::Handle, time};

/// How much of a request is read that nobody asks for, in bytes, and for how long.
const MOST: usize = 1024 * 1024;
const LONGEST: Duration = Duration::from_secs(1);

/// The body of a request. When it is dropped before its end, a bounded part of the rest is read.
#[derive(Debug)]
pub(super) struct Lingering<B: Body<Data: Send> + Send + Unpin + 'static> {
    body: Option<B>,
    lingers: bool,
}

/// The request with a body that lingers, if it is one of HTTP/1 and does not wait to be asked for its body.
pub(super) fn lingering<B: Body<Data: Send> + Send + Unpin + 'static>(request: Request<B>) -> Request<Lingering<B>> {
    let lingers = request.version() < Version::HTTP_2 && !request.headers().contains_key(EXPECT);
    request.map(|body| Lingering { body: Some(body), lingers })
}

impl<B: Body<Data: Send> + Send + Unpin + 'static> Body for Lingering<B> {
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

impl<B: Body<Data: Send> + Send + Unpin + 'static> Drop for Lingering<B> {
    fn drop(&mut self) {
        let rest = self.body.take().filter(|body| self.lingers && !body.is_end_stream());
        if let (Some(rest), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(time::timeout(LONGEST, drain(rest)));
        }
    }
}

async fn drain<B: Body + Unpin>(mut body: B) {
    let mut read = 0;
    while let Some(Ok(frame)) = body.frame().await {
        read += frame.data_ref().map_or(0, bytes::Buf::remaining);
        if read > MOST {
            return;
        }
    }
}
