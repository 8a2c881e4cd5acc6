//! Requests that pass layers before they reach a server.

use std::{fmt, future::poll_fn, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tokio::time::Instant;
use tower::{Layer, Service, ServiceExt, util::BoxCloneSyncService};

use super::{
    super::{
        body::IncomingBody,
        fleet::Fleet,
        in_process::InProcess,
        request::{OutgoingBody, OutgoingRequest},
    },
    progress::AttemptProgress,
    service::{FleetService, HttpService},
};
use crate::{error::BoxError, grpc::Body};

/// The layers of a client, from the inside out.
#[derive(Clone, Default)]
pub(crate) struct ClientLayers(Vec<Arc<dyn Fn(HttpService) -> HttpService + Send + Sync>>);

/// The servers of a client, behind its layers.
pub(crate) struct Layered {
    service: InProcess,
    fleet: Arc<Fleet>,
}

impl ClientLayers {
    /// Adds a layer around all others.
    pub(crate) fn push<L, B>(&mut self, layer: L)
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<Request<Body>>>::Future: Send + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.0.push(Arc::new(move |inner| {
            let service = layer.layer(inner).map_response(|response: Response<B>| response.map(Body::new));
            BoxCloneSyncService::new(service.map_err(Into::into))
        }));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Wraps a service in this process.
    pub(crate) fn wrap(&self, service: HttpService) -> InProcess {
        InProcess::new(self.0.iter().fold(service, |service, layer| layer(service)))
    }

    /// Wraps the servers of a client.
    pub(crate) fn around(&self, fleet: Arc<Fleet>) -> Layered {
        let service = self.wrap(BoxCloneSyncService::new(FleetService(fleet.clone())));
        Layered { service, fleet }
    }
}

impl Layered {
    pub(crate) fn fleet(&self) -> &Arc<Fleet> {
        &self.fleet
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
        let progress = Arc::new(AttemptProgress::new(request, self.fleet.indices().into_iter()));
        let mut outgoing = request.head(None, start).map(|()| body);
        outgoing.extensions_mut().insert(progress.clone());
        let mut response = self.service.call(outgoing);
        let response = poll_fn(|cx| {
            progress.register(cx);
            let polled = response.as_mut().poll(cx);
            progress.report(request);
            polled
        });
        Ok(response.await?.map(IncomingBody::InProcess))
    }
}

impl fmt::Debug for ClientLayers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ClientLayers").field(&self.0.len()).finish()
    }
}
