//! The connectivity of a client.

use std::fmt;

/// The connectivity of a client, in gRPC's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConnectivityState {
    /// There is no connection, and no call needs one.
    Idle,
    /// A connection is being made.
    Connecting,
    /// A connection accepts calls.
    Ready,
    /// The last attempts to connect failed.
    TransientFailure,
    /// The client is gone.
    Shutdown,
}

impl ConnectivityState {
    /// Returns the state of several endpoints together.
    pub(crate) fn of(states: impl IntoIterator<Item = Self>) -> Self {
        let rank = |state: &Self| match state {
            Self::Ready => 0,
            Self::Connecting => 1,
            Self::Idle => 2,
            Self::TransientFailure => 3,
            Self::Shutdown => 4,
        };
        states.into_iter().min_by_key(rank).unwrap_or(Self::TransientFailure)
    }
}

impl fmt::Display for ConnectivityState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Idle => "IDLE",
            Self::Connecting => "CONNECTING",
            Self::Ready => "READY",
            Self::TransientFailure => "TRANSIENT_FAILURE",
            Self::Shutdown => "SHUTDOWN",
        })
    }
}
