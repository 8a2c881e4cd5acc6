//! The seam between the policies of a client and what carries its requests.

use std::{
    future::{poll_fn, ready},
    task::{self, Poll, Waker},
};

use bytes::Bytes;
use futures::{FutureExt, future::BoxFuture};
use http::{Request, Response};
use tokio::time::Instant;
use tonic::body::Body;
use tower::Service;

use super::{
    channel::Channel, incoming::Incoming, normalise::BoxError, replicas::Replicas, request::Head, requests::Requests,
};

/// Sends requests of HTTP. All policies are above it.
pub(crate) enum Transport {
    /// To one address.
    Channel(Box<Channel>),
    /// To several, in turn.
    Replicas(Replicas),
    /// To a service in this process.
    Local(Box<dyn Local>),
}

impl Transport {
    /// Sends a request, which was made ready at `start`, and gives the beginning of its answer. Dropping the future or the
    /// answer cancels the request.
    pub(crate) async fn send(
        &self,
        head: &Head<'_>,
        requests: &Requests,
        start: Instant,
    ) -> Result<Response<Incoming>, BoxError> {
        match self {
            Self::Channel(channel) => channel.send(head, requests).await,
            Self::Replicas(replicas) => replicas.send(head, requests).await,
            Self::Local(service) => {
                let response = service.send(head.to(None, start).map(|()| requests.body())).await?;
                Ok(response.map(Incoming::Local))
            }
        }
    }
}

/// A service in this process.
pub(crate) trait Local: Send + Sync {
    fn send(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>>;
}

/// A service of tower.
pub(crate) struct Tower<S>(pub(crate) S);

impl<S, B> Local for Tower<S>
where
    S: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(&self, request: Request<Body>) -> BoxFuture<'static, Result<Response<Body>, BoxError>> {
        let mut service = self.0.clone();
        // Most services are always ready: to wait for one, the request would have to be kept.
        match service.poll_ready(&mut task::Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => answered(service.call(request)).boxed(),
            Poll::Ready(Err(error)) => ready(Err(error.into())).boxed(),
            Poll::Pending => Box::pin(async move {
                poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
                answered(service.call(request)).await
            }),
        }
    }
}

async fn answered<B, E: Into<BoxError>>(
    answer: impl Future<Output = Result<Response<B>, E>>,
) -> Result<Response<Body>, BoxError>
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    Ok(answer.await.map_err(Into::into)?.map(Body::new))
}
