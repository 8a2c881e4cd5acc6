//! Who makes a call.

use std::{fmt, net::SocketAddr, sync::Arc};

/// Who makes a call, as the server knows it: where it comes from, and who it is by its certificate.
///
/// A server puts it into the extensions of each request, and the adapter and the gateway into the
/// [`Context`](crate::Context).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    address: Arc<str>,
    identity: Option<Arc<Identity>>,
}

/// Who a caller is by the certificate that it showed, signed by an authority that the server trusts (mutual TLS).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// The names in the form of URIs, such as `spiffe://shop.example/order`.
    pub uris: Vec<String>,
    /// The names in the form of hosts, such as `order.shop.example`.
    pub dns_names: Vec<String>,
    /// The subject in the form of RFC 4514, such as `CN=order,O=Shop`.
    pub subject: String,
}

impl Peer {
    /// A caller at an address, such as `10.0.0.7:41234` or `unix:/run/shop.sock`.
    pub fn new(address: impl Into<Arc<str>>) -> Self {
        Self { address: address.into(), identity: None }
    }

    /// The same caller, who is known by a certificate.
    pub fn with_identity(mut self, identity: Identity) -> Self {
        self.identity = Some(Arc::new(identity));
        self
    }

    /// Where the call comes from, such as `10.0.0.7:41234` or `unix:/run/shop.sock`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The address without its port, or the path of the socket.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn host(&self) -> &str {
        match self.split() {
            Some((host, _)) => host.trim_start_matches('[').trim_end_matches(']'),
            None => self.address.strip_prefix("unix:").unwrap_or(&self.address),
        }
    }

    /// The port that the call comes from.
    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    pub(crate) fn port(&self) -> Option<u16> {
        self.split().map(|(_, port)| port)
    }

    #[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
    fn split(&self) -> Option<(&str, u16)> {
        let (host, port) = self.address.rsplit_once(':').filter(|_| !self.address.starts_with("unix:"))?;
        Some((host, port.parse().ok()?))
    }

    /// Who the caller is, if it showed a certificate that the server trusts.
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
    fn addresses_and_ports() {
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
