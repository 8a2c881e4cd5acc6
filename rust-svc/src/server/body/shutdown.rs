//! gRPC responses that do not end before the server does.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::Response;
use http_body::{Body, Frame, SizeHint};

use crate::{Code, Error, adapter, call::shutdown::ShutdownSignal, grpc::status};

/// A response body that can end early.
pub(crate) trait Abort {
    /// Drops the rest, and ends the call with this code.
    fn abort(self, code: Code);
}

impl Abort for adapter::ResponseBody {
    fn abort(self, code: Code) {
        self.end_call(code);
    }
}

/// A service that the server does not know ends its call itself when its body is dropped.
impl Abort for axum::body::Body {
    fn abort(self, _: Code) {}
}

/// The body of a gRPC response. If the server ends first, it ends with `UNAVAILABLE`.
pub(crate) struct ShutdownBody<B> {
    body: Option<B>,
    shutdown: ShutdownSignal,
    /// Set once the body is pending; most bodies never are.
    signal: Option<BoxFuture<'static, Error>>,
}

impl<B> ShutdownBody<B> {
    pub(crate) fn new(body: B, shutdown: ShutdownSignal) -> Self {
        Self { body: Some(body), shutdown, signal: None }
    }
}

/// Waits for a response. If the server ends first, `refuse` makes the response.
#[expect(clippy::manual_async_fn, reason = "an async function stores its arguments twice")]
pub(crate) fn respond_before_shutdown<B: Send>(
    shutdown: ShutdownSignal,
    mut response: impl Future<Output = Response<B>> + Send + Unpin,
    refuse: impl FnOnce(&Error) -> Response<B> + Send,
) -> impl Future<Output = Response<ShutdownBody<B>>> + Send {
    async move {
        let response = tokio::select! {
            biased;
            response = &mut response => response,
            error = shutdown.recv() => refuse(&error),
        };
        response.map(|body| ShutdownBody::new(body, shutdown))
    }
}

impl<B: Abort> ShutdownBody<B> {
    fn poll_shutdown(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        let signal = self.signal.get_or_insert_with(|| {
            let shutdown = self.shutdown.clone();
            Box::pin(async move { shutdown.recv().await })
        });
        signal.as_mut().poll(cx)
    }

    /// Drops the call, and returns the trailers for its caller.
    fn end(&mut self, error: &Error) -> Frame<Bytes> {
        if let Some(body) = self.body.take() {
            body.abort(error.code());
        }
        Frame::trailers(status::to_headers(error))
    }
}

impl<B: Body<Data = Bytes> + Abort + Unpin> Body for ShutdownBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(None) };
        match Pin::new(body).poll_frame(cx) {
            Poll::Pending => self.poll_shutdown(cx).map(|error| Some(Ok(self.end(&error)))),
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
