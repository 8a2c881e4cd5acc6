//! What a user says of where a server listens.

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
};

/// Where a server listens, and what it serves there.
///
/// An address is `HOST:PORT`, where port 0 takes any that is free, or `unix:PATH` for a Unix socket.
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
    pub(super) address: String,
    pub(super) serves: Serves,
    pub(super) plaintext: bool,
    pub(super) socket_mode: u32,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::ServerTls>,
}

/// What is served at an address: all of it if nothing is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Serves {
    pub(super) grpc: bool,
    pub(super) http: bool,
    pub(super) web: bool,
}

impl Listen {
    /// Listens at `HOST:PORT` or `unix:PATH`, and serves there all that the server serves.
    pub fn at(address: impl fmt::Display) -> Self {
        Self {
            address: address.to_string(),
            serves: Serves::default(),
            plaintext: false,
            socket_mode: 0o600,
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Serves gRPC here, and otherwise only what else is named. If nothing is, encrypted connections are HTTP/2 only.
    pub fn grpc(mut self) -> Self {
        self.serves.grpc = true;
        self
    }

    /// Serves the gateways, the user's own routes and `/healthz` here, and otherwise only what else is named.
    pub fn http(mut self) -> Self {
        self.serves.http = true;
        self
    }

    /// Serves gRPC-Web here, and otherwise only what else is named.
    pub fn grpc_web(mut self) -> Self {
        self.serves.web = true;
        self
    }

    /// Encrypts with these certificates.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: super::ServerTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Serves in plain text, which others on the way can read and change. It needs to be said for any address but those
    /// of loopback and Unix sockets, and is right behind a proxy or in a mesh that encrypts.
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// Who may connect to a Unix socket, as the permissions of its file; 0600 unless told, so that only the user of the
    /// process may.
    pub fn socket_mode(mut self, mode: u32) -> Self {
        self.socket_mode = mode;
        self
    }
}

impl Listen {
    /// Whether others may read what is sent here, if they can: it is encrypted, or plain text was asked for.
    pub(super) fn is_settled(&self) -> bool {
        self.plaintext || self.is_encrypted()
    }

    #[cfg(feature = "tls")]
    pub(super) fn is_encrypted(&self) -> bool {
        self.tls.is_some()
    }

    #[cfg(not(feature = "tls"))]
    pub(super) fn is_encrypted(&self) -> bool {
        false
    }
}

impl Serves {
    /// What is named, or else everything; gRPC-Web only if `web`.
    pub(super) fn or_all(self, web: bool) -> Self {
        if self == Self::default() { Self { grpc: true, http: true, web } } else { self }
    }

    /// True if nothing is served that HTTP/1 carries.
    #[cfg(feature = "tls")]
    pub(super) fn is_grpc_alone(self) -> bool {
        self == Self { grpc: true, ..Self::default() }
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

/// Where a server listens. It displays as what [`Listen::at`] takes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// A port of TCP.
    Tcp(SocketAddr),
    /// The file of a Unix socket.
    Unix(PathBuf),
}

impl Address {
    /// The address and port of TCP.
    pub fn tcp(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(address) => Some(*address),
            Self::Unix(_) => None,
        }
    }

    /// The file of a Unix socket.
    pub fn unix(&self) -> Option<&Path> {
        match self {
            Self::Tcp(_) => None,
            Self::Unix(path) => Some(path),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => address.fmt(f),
            Self::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}
