//! What callers are told whose calls do not end before the server does.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Response, header::CONTENT_TYPE};
use http_body::{Body, Frame, SizeHint};

use super::stalled;
use crate::{Error, adapter, call::shutdown::ShutdownSignal};

impl ShutdownSignal {
    /// The answer to a call of gRPC, or `UNAVAILABLE` if there is none when the server ends.
    #[expect(clippy::manual_async_fn, reason = "an async function holds what it is given twice")]
    pub(super) fn or_gone(
        self,
        mut answer: impl Future<Output = Response<adapter::ResponseBody>> + Send + Unpin,
    ) -> impl Future<Output = Response<Told>> + Send {
        async move {
            let response = tokio::select! {
                biased;
                response = &mut answer => response,
                gone = self.recv() => adapter::refuse(&gone),
            };
            stalled::ends_at(response.body().deadline());
            response.map(|body| Told { body: Some(body), ending: self, comes: None })
        }
    }
}

/// The body of an answer of gRPC. It ends with `UNAVAILABLE` if it has not when the server ends.
pub(super) struct Told {
    body: Option<adapter::ResponseBody>,
    ending: ShutdownSignal,
    /// Set once the body had to be waited for; most never are.
    comes: Option<BoxFuture<'static, Error>>,
}

impl Told {
    fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let comes = self.comes.get_or_insert_with(|| {
            let ending = self.ending.clone();
            Box::pin(async move { ending.recv().await })
        });
        comes.as_mut().poll(cx)
    }

    /// Drops the call, and tells its caller and its observers.
    fn end(&mut self, gone: &Error) -> Frame<Bytes> {
        if let Some(body) = self.body.take() {
            body.cut(gone.code());
        }
        let mut trailers = adapter::refuse(gone).into_parts().0.headers;
        trailers.remove(CONTENT_TYPE);
        Frame::trailers(trailers)
    }
}

impl Body for Told {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Pending => self.poll_gone(cx).map(|gone| Some(Ok(self.end(&gone)))),
            frame => frame,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.body.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}
