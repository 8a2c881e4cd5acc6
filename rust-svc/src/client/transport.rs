//! The seam between the policies of a client and what carries its requests.

use std::{future::poll_fn, sync::OnceLock};

use bytes::Bytes;
use futures::future::BoxFuture;
use tonic::{
    body::Body,
    transport::{Channel, Endpoint},
};
use tower::Service;

use super::{connector::Connector, normalise::BoxError};

/// Sends one HTTP request and gives the beginning of its answer. Dropping the future or the body of the answer cancels
/// the request. All policies are above it.
pub(crate) trait Transport: Send + Sync {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'static, Result<http::Response<Body>, BoxError>>;
}

/// A connection to one address, made at the first call and again after it broke.
pub(crate) struct Connection {
    endpoint: Endpoint,
    connector: Connector,
    channel: OnceLock<Channel>,
}

impl Connection {
    pub(crate) fn new(endpoint: Endpoint, connector: Connector) -> Self {
        Self { endpoint, connector, channel: OnceLock::new() }
    }
}

impl Transport for Connection {
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'static, Result<http::Response<Body>, BoxError>> {
        // The channel starts a task, so it must not be made before there is a runtime.
        let connect = || self.endpoint.connect_with_connector_lazy(self.connector.clone());
        let mut channel = self.channel.get_or_init(connect).clone();
        Box::pin(async move {
            poll_fn(|cx| channel.poll_ready(cx)).await?;
            Ok(channel.call(request).await?)
        })
    }
}

/// A service in this process.
pub(crate) struct InProcess<S>(pub(crate) S);

impl<S, B> Transport for InProcess<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(&self, request: http::Request<Body>) -> BoxFuture<'static, Result<http::Response<Body>, BoxError>> {
        let mut service = self.0.clone();
        Box::pin(async move {
            poll_fn(|cx| service.poll_ready(cx)).await.map_err(Into::into)?;
            let response = service.call(request).await.map_err(Into::into)?;
            Ok(response.map(Body::new))
        })
    }
}
