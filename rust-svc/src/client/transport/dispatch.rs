//! The transport of a client.

use http::Response;
use tokio::time::Instant;

use super::{
    balancer::Balancer, channel::Channel, in_process::InProcess, incoming_body::IncomingBody, request::OutgoingRequest,
};
use crate::error::BoxError;

/// Sends HTTP requests. All policies are above it.
pub(crate) enum Transport {
    /// To one address.
    Channel(Box<Channel>),
    /// To several addresses.
    Balancer(Balancer),
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
            Self::Channel(channel) => channel.send(request).await,
            Self::Balancer(balancer) => balancer.send(request).await,
            Self::InProcess(service) => service.send(request, start).await,
        }
    }

    /// Returns the number of servers that requests may go to.
    pub(crate) fn servers(&self) -> usize {
        match self {
            Self::Channel(_) | Self::InProcess(_) => 1,
            Self::Balancer(balancer) => balancer.len(),
        }
    }

    /// Returns whether requests leave this process.
    pub(crate) fn is_remote(&self) -> bool {
        !matches!(self, Self::InProcess(_))
    }
}
