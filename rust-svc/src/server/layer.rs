//! Tower layers around all requests of a server.

use std::{
    convert::Infallible,
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures::future::BoxFuture;
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt, util::BoxCloneSyncService};

use crate::{Body, error::BoxError};

/// All requests of a server as a tower service, which [`Server::layer`](crate::Server::layer) wraps.
#[derive(Clone)]
pub struct RequestService(BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>);

impl RequestService {
    /// Wraps a service.
    pub(super) fn new<S, B>(service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        Self(BoxCloneSyncService::new(service.map_response(|response: Response<B>| response.map(Body::new))))
    }
}

impl Service<Request<Body>> for RequestService {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
    }
}

impl fmt::Debug for RequestService {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestService").finish_non_exhaustive()
    }
}

/// The layers of a server, in the order in which they were added.
#[derive(Clone, Default)]
pub(super) struct Layers(Vec<Arc<dyn Fn(RequestService) -> RequestService + Send + Sync>>);

impl Layers {
    /// Adds a layer around those before it.
    pub(super) fn push<L, B>(&mut self, layer: L)
    where
        L: Layer<RequestService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.0.push(Arc::new(move |service| RequestService::new(layer.layer(service))));
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Wraps a service with all layers.
    pub(super) fn apply(&self, service: RequestService) -> RequestService {
        self.0.iter().fold(service, |service, layer| layer(service))
    }
}

impl fmt::Debug for Layers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Layers").field(&self.0.len()).finish()
    }
}
