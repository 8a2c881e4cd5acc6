//! Services in this process.

use std::{
    future::{poll_fn, ready},
    sync::Arc,
    task::{self, Poll, Waker},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use http_body_util::Full;
use tokio::time::Instant;
use tower::Service;

use super::{
    body::IncomingBody,
    request::{OutgoingBody, OutgoingRequest},
};
use crate::{error::BoxError, grpc::Body};

/// A service in this process that is called without a connection.
#[derive(Clone)]
pub(crate) struct InProcess(Arc<dyn CallService>);

impl InProcess {
    pub(crate) fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        Self(Arc::new(service))
    }

    /// Calls the service.
    pub(crate) fn call(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>> {
        self.0.call_service(request)
    }

    /// Sends a request that was prepared at `start`.
    pub(crate) async fn send(
        &self,
        request: &impl OutgoingRequest,
        start: Instant,
    ) -> Result<Response<IncomingBody>, BoxError> {
        let body = match request.body() {
            OutgoingBody::Complete(bytes) => Body::new(Full::new(bytes)),
            OutgoingBody::Stream(stream) => Body::new(stream),
        };
        let response = self.0.call_service(request.head(None, start).map(|()| body));
        request.sent(None);
        let response = response.await?;
        Ok(response.map(IncomingBody::InProcess))
    }
}

impl Service<Request<Body>> for InProcess {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call_service(request)
    }
}

/// A tower service of any type.
trait CallService: Send + Sync {
    fn call_service(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>>;
}

impl<S, B> CallService for S
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn call_service(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>> {
        let mut service = self.clone();
        // Most services are always ready, and then the request need not be stored.
        match service.poll_ready(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => box_response(service.call(request)).boxed(),
            Poll::Ready(Err(error)) => ready(Err(error.into())).boxed(),
            Poll::Pending => Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
                box_response(service.call(request)).await
            }),
        }
    }
}

async fn box_response<B, E: Into<BoxError>>(
    response: impl Future<Output = Result<Response<B>, E>>,
) -> Result<Response<Body>, BoxError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Ok(response.await.map_err(Into::into)?.map(Body::new))
}
