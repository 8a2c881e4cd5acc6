//! The remote end of a connection.

use std::net::SocketAddr;

use crate::{Peer, call::shutdown::DrainSignal};

/// The remote end of a connection.
#[derive(Clone, Debug)]
pub(crate) struct RemotePeer {
    pub(crate) peer: Peer,
    /// The address of a TCP connection.
    pub(crate) address: Option<SocketAddr>,
    /// The signal for calls of this connection that the server drains.
    pub(crate) draining: DrainSignal,
}
