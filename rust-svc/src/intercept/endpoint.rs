//! Events of a client's endpoints, as observers see them.

use std::sync::Arc;

use super::Target;

/// An event of one of several endpoints of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EndpointEvent {
    /// It failed calls that others serve, so calls avoid it (gRFC A50).
    Ejected,
    /// A probe succeeded, and calls go to it again.
    Restored,
    /// It left the list of endpoints.
    Removed,
}

/// An event of one of several endpoints of a client, and the endpoint.
#[derive(Clone, Debug)]
pub struct EndpointChange {
    target: triomphe::Arc<Target>,
    endpoint: Arc<str>,
    event: EndpointEvent,
}

impl EndpointChange {
    #[cfg(feature = "client")]
    pub(crate) fn new(target: triomphe::Arc<Target>, endpoint: Arc<str>, event: EndpointEvent) -> Self {
        Self { target, endpoint, event }
    }

    /// Returns the target of the client.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Returns the target as a shared pointer.
    #[cfg(feature = "metrics")]
    pub(crate) fn shared_target(&self) -> &triomphe::Arc<Target> {
        &self.target
    }

    /// Returns the address of the endpoint, such as `10.0.0.7:50051`.
    pub fn endpoint(&self) -> &Arc<str> {
        &self.endpoint
    }

    /// Returns the event.
    pub fn event(&self) -> EndpointEvent {
        self.event
    }
}
