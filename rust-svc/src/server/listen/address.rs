//! The settings of an address.

use super::protocols::Protocols;
use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// An address of a server, with the protocols that are served there.
///
/// The address is `HOST:PORT`, where port 0 is any free port, or `unix:PATH` for a Unix socket.
///
/// ```no_run
/// # async fn serve() -> rust_svc::Result<()> {
/// use rust_svc::{Server, server::Listen};
///
/// let public = Listen::at("127.0.0.1:8080").http().grpc_web();
/// let beside = Listen::at("unix:/run/shop/grpc.sock").grpc().socket_mode(0o660);
/// Server::new().bind_all([public, beside]).await?.run().await
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing listens until a server binds it"]
pub struct Listen {
    pub(crate) address: String,
    pub(crate) protocols: Protocols,
    pub(crate) plaintext: bool,
    pub(crate) socket_mode: u32,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<super::tls::ServerTls>,
}

impl Listen {
    /// Listens at `HOST:PORT` or `unix:PATH`, with all protocols of the server.
    pub fn at(address: impl fmt::Display) -> Self {
        Self {
            address: address.to_string(),
            protocols: Protocols::default(),
            plaintext: false,
            socket_mode: 0o600,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Serves gRPC here, and no protocol that is not named. With gRPC alone, encrypted connections are HTTP/2 only.
    pub fn grpc(mut self) -> Self {
        self.protocols.grpc = true;
        self
    }

    /// Serves the gateways, the user's own routes and `/healthz` here, and no protocol that is not named.
    pub fn http(mut self) -> Self {
        self.protocols.http = true;
        self
    }

    /// Serves gRPC-Web here, and no protocol that is not named.
    pub fn grpc_web(mut self) -> Self {
        self.protocols.web = true;
        self
    }

    /// Encrypts with these certificates.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: super::tls::ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Allows plaintext, which anyone on the network path can read and change. It is required without TLS unless the
    /// address is loopback or a Unix socket. Use it behind a proxy, or in a mesh, that encrypts.
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Sets the permissions of a Unix socket. The default is 0600: only the user of the process may connect.
    pub fn socket_mode(mut self, mode: u32) -> Self {
        self.socket_mode = mode;
        self
    }
}

impl Listen {
    /// Returns whether the address may be reachable by others: it is encrypted, or plaintext is allowed.
    pub(crate) fn may_be_exposed(&self) -> bool {
        self.plaintext || self.is_encrypted()
    }

    #[cfg(feature = "tls")]
    pub(crate) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    #[cfg(not(feature = "tls"))]
    pub(crate) fn is_encrypted(&self) -> bool {
        false
    }
}

impl From<&str> for Listen {
    fn from(address: &str) -> Self {
        Self::at(address)
    }
}

impl From<String> for Listen {
    fn from(address: String) -> Self {
        Self::at(address)
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self::at(address)
    }
}

/// The address of a bound server. It displays in the form that [`Listen::at`] takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// A TCP port.
    Tcp(SocketAddr),
    /// The path of a Unix socket.
    Unix(PathBuf),
    /// Connections that the program accepts itself.
    Custom,
}

impl Address {
    /// Returns the address of a TCP port.
    pub fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            Self::Unix(_) | Self::Custom => None,
        }
    }

    /// Returns the path of a Unix socket.
    pub fn unix(&self) -> Option<&Path> {
        match self {
            Self::Tcp(_) | Self::Custom => None,
            Self::Unix(path) => Some(path),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
            Self::Custom => f.write_str("custom connections"),
        }
    }
}
