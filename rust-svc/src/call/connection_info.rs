//! The connection that a request came over, as a server describes it to adapters and gateways.

#[cfg(feature = "adapter")]
use super::{
    peer::Peer,
    shutdown::{DrainSignal, ShutdownSignal},
};

/// The settings of an HTTP connection. A server puts them into the extensions of each request over HTTP.
#[cfg(any(feature = "server", feature = "gateway"))]
#[cfg_attr(
    not(all(feature = "server", feature = "gateway")),
    allow(dead_code, reason = "a server passes it to gateways")
)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct HttpConnInfo {
    /// The longest pause within a request body that is read as a whole.
    pub(crate) receive_timeout: std::time::Duration,
    /// Whether the request came over TLS.
    pub(crate) is_encrypted: bool,
}

/// Keeps a connection open after its last response, for as long as a WebSocket uses it. A server puts it into the extensions
/// of a request that may open one.
#[cfg(any(feature = "server", feature = "websocket"))]
#[allow(dead_code, reason = "it is only dropped")]
#[derive(Clone, Debug)]
pub(crate) struct ConnectionGuard(pub(crate) tokio::sync::mpsc::Sender<std::convert::Infallible>);

/// Marks a gRPC request that adapters refuse, and report, if no route takes it. A server puts it into the extensions.
#[cfg(any(feature = "server", feature = "gateway"))]
#[cfg_attr(
    not(all(feature = "server", feature = "gateway")),
    allow(dead_code, reason = "a server passes it to gateways")
)]
#[derive(Clone, Copy, Debug)]
pub(crate) struct RefusedByAdapters;

/// The parts of a connection that an adapter needs.
#[cfg(feature = "adapter")]
#[derive(Clone, Debug, Default)]
pub(crate) struct ConnectionInfo {
    pub(crate) peer: Option<Peer>,
    pub(crate) draining: Option<DrainSignal>,
    pub(crate) shutdown: ShutdownSignal,
    pub(crate) max_header_list_size: MaxHeaderListSize,
}

/// The largest headers, and trailers, of a response that its caller accepts, in bytes (RFC 9113, section 6.5.2). A server
/// puts it into the extensions of each request over HTTP.
#[cfg(feature = "adapter")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct MaxHeaderListSize(pub(crate) u32);

/// Without the setting a caller accepts any size.
#[cfg(feature = "adapter")]
impl Default for MaxHeaderListSize {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

/// The number of attempts of a call before this one. An adapter puts it into the extensions of the context.
#[cfg(feature = "adapter")]
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "fake"), allow(dead_code, reason = "an adapter passes it to fakes"))]
pub(crate) struct PreviousAttempts(pub(crate) u32);
