//! The caller of a call.

use std::{fmt, net::SocketAddr, sync::Arc};

/// The caller of a call: its address, and its identity if it has a certificate.
///
/// A server puts it into the extensions of each request; adapters and gateways put it into the
/// [`Context`](crate::Context).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    address: Arc<str>,
    identity: Option<Arc<Identity>>,
}

/// The identity of a caller by its certificate, which is signed by an authority that the server trusts (mutual TLS).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The alternative names that are URIs, such as `spiffe://shop.example/order`.
    pub uris: Vec<String>,
    /// The alternative names that are hosts, such as `order.shop.example`.
    pub dns_names: Vec<String>,
    /// The subject in the form of RFC 4514, such as `CN=order,O=Shop`.
    pub subject: String,
}

impl Peer {
    /// Creates a caller without identity. The address is such as `10.0.0.7:41234` or `unix:/run/shop.sock`.
    pub fn new(address: impl Into<Arc<str>>) -> Self {
        Self { address: address.into(), identity: None }
    }

    /// Sets the identity.
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// Returns the address, such as `10.0.0.7:41234` or `unix:/run/shop.sock`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Returns the address without its port, or the path of the socket.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn host(&self) -> &str {
        match self.split() {
            Some((host, _)) => host.trim_start_matches('[').trim_end_matches(']'),
            None => self.address.strip_prefix("unix:").unwrap_or(&self.address),
        }
    }

    /// Returns the port of the address.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn port(&self) -> Option<u16> {
        self.split().map(|(_, port)| port)
    }

    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    fn split(&self) -> Option<(&str, u16)> {
        let (host, port) = self.address.rsplit_once(':').filter(|_| !self.address.starts_with("unix:"))?;
        Some((host, port.parse().ok()?))
    }

    /// Returns the identity; `None` unless the caller has a certificate that the server trusts.
    pub fn identity(&self) -> Option<&Identity> {
        self.identity.as_deref()
    }
}

impl From<&str> for Peer {
    fn from(address: &str) -> Self {
        Self::new(address)
    }
}

impl From<String> for Peer {
    fn from(address: String) -> Self {
        Self::new(address)
    }
}

impl From<SocketAddr> for Peer {
    fn from(address: SocketAddr) -> Self {
        Self::new(address.to_string())
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address)
    }
}

#[cfg(all(test, any(feature = "adapter", feature = "client", feature = "gateway")))]
mod tests {
    use super::Peer;

    #[test]
    fn an_address_has_host_and_port() {
        for (address, host, port) in [
            ("10.0.0.7:41234", "10.0.0.7", Some(41234)),
            ("[::1]:80", "::1", Some(80)),
            ("unix:/run/shop.sock", "/run/shop.sock", None),
            ("unix:/run/shop:80", "/run/shop:80", None),
            ("somebody", "somebody", None),
        ] {
            let peer = Peer::new(address);
            assert_eq!((peer.host(), peer.port()), (host, port), "{address}");
        }
    }
}
