//! The transport of a client.

use std::sync::Arc;

use http::Response;
use tokio::time::Instant;

use tower::util::BoxCloneSyncService;

use super::{
    body::IncomingBody,
    fleet::Fleet,
    in_process::InProcess,
    layers::{ClientLayers, Layered},
    request::OutgoingRequest,
};
use crate::error::BoxError;

/// Sends HTTP requests. All policies are above it.
pub(crate) enum Transport {
    /// To servers.
    Fleet(Arc<Fleet>),
    /// To servers, behind layers.
    Layered(Layered),
    /// To a service in this process.
    InProcess(InProcess),
}

impl Transport {
    /// Sends a request, which was prepared at `start`, and returns the beginning of the response. Dropping the future or
    /// the response cancels the request.
    pub(crate) async fn send(
        &self,
        request: &impl OutgoingRequest,
        start: Instant,
    ) -> Result<Response<IncomingBody>, BoxError> {
        match self {
            Self::Fleet(fleet) => fleet.send(request).await,
            Self::Layered(layered) => layered.send(request, start).await,
            Self::InProcess(service) => service.send(request, start).await,
        }
    }

    /// Returns the servers that requests go to.
    pub(crate) fn fleet(&self) -> Option<&Arc<Fleet>> {
        match self {
            Self::Fleet(fleet) => Some(fleet),
            Self::Layered(layered) => Some(layered.fleet()),
            Self::InProcess(_) => None,
        }
    }

    /// Puts layers around all requests.
    pub(crate) fn layered(self, layers: &ClientLayers) -> Self {
        match self {
            transport if layers.is_empty() => transport,
            Self::Fleet(fleet) => Self::Layered(layers.around(fleet)),
            Self::InProcess(service) => Self::InProcess(layers.wrap(BoxCloneSyncService::new(service))),
            Self::Layered(layered) => Self::Layered(layers.around(layered.fleet().clone())),
        }
    }

    /// Returns whether requests leave this process.
    pub(crate) fn is_remote(&self) -> bool {
        !matches!(self, Self::InProcess(_))
    }
}
