//! One server that a resolver found.

use std::net::SocketAddr;

/// One server of a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    address: String,
    weight: u32,
}

impl Endpoint {
    /// Creates an endpoint with an address: `10.0.0.7:50051`, `[::1]:50051`, `HOST:PORT` or `unix:PATH`. With a connector of
    /// your own, it may be any text.
    pub fn new(address: impl Into<String>) -> Self {
        Self { address: address.into(), weight: 1 }
    }

    /// Sets the share of calls relative to other endpoints, at least 1. The policies `weighted` and `ring_hash` use it; the
    /// default is 1.
    pub fn weight(mut self, weight: u32) -> Self {
        self.weight = weight.max(1);
        self
    }

    /// Returns the address.
    pub fn address(&self) -> &str {
        &self.address
    }

    pub(crate) fn share(&self) -> u32 {
        self.weight
    }
}

impl From<SocketAddr> for Endpoint {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.to_string())
    }
}
