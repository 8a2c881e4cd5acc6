//! The policies by which a client chooses among its endpoints.

/// How a client chooses among the endpoints of its target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadBalancing {
    /// All calls go to one endpoint, the first of a shuffled list that can be reached.
    PickFirst,
    /// Calls go to the endpoints in turn.
    #[default]
    RoundRobin,
    /// Of two random endpoints, a call goes to that with fewer calls of this client in progress.
    LeastRequest,
    /// Endpoints have the shares of calls that their [weights](crate::client::Endpoint::weight) define.
    Weighted,
    /// Calls with equal metadata of this name go to the same endpoint, and few move when endpoints change. Calls without it go
    /// to random endpoints.
    RingHash {
        /// The name of the metadata.
        metadata: String,
    },
}

impl LoadBalancing {
    /// Sends calls with equal metadata of this name, such as `x-user-id`, to the same endpoint.
    pub fn ring_hash(metadata: impl Into<String>) -> Self {
        Self::RingHash { metadata: metadata.into() }
    }
}
