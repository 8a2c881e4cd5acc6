//! Connects over TCP or a Unix socket, with or without TLS.

use std::path::PathBuf;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tower::ServiceExt;

use super::address::ServerAddress;
#[cfg(feature = "tls")]
use crate::client::tls::{ClientTls, server_name};
use crate::{Result, error::BoxError, net::NetStream};

/// Connects to one address.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    tcp: HttpConnector,
    /// The host and port.
    uri: Uri,
    socket: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: Option<(ClientTls, rustls::pki_types::ServerName<'static>)>,
}

impl Connector {
    /// Creates a connector for an address. Fails if its host and port are unusable.
    pub(crate) fn new(address: &ServerAddress) -> Result<Self> {
        let mut tcp = HttpConnector::new();
        // Small messages must not be delayed.
        tcp.set_nodelay(true);
        Ok(Self {
            tcp,
            uri: address.uri()?,
            socket: address.socket.clone(),
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    /// Uses TLS with the server of this origin. Fails if the certificates cannot be used.
    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(mut self, tls: ClientTls, origin: &super::address::ServerOrigin) -> Result<Self> {
        tls.reload()?;
        self.tls = Some((tls, server_name(&origin.authority)?));
        Ok(self)
    }

    /// Opens a connection.
    pub(super) async fn connect(self) -> Result<NetStream, BoxError> {
        let stream = match self.socket {
            Some(path) => connect_unix(path).await?,
            None => NetStream::Tcp(self.tcp.oneshot(self.uri).await?.into_inner()),
        };
        #[cfg(feature = "tls")]
        let stream = match self.tls {
            Some((tls, server)) => tls.connect(stream, server).await?,
            None => stream,
        };
        Ok(stream)
    }
}

#[cfg(unix)]
async fn connect_unix(path: PathBuf) -> Result<NetStream, BoxError> {
    Ok(NetStream::Unix(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn connect_unix(_: PathBuf) -> Result<NetStream, BoxError> {
    Err(Box::new(std::io::Error::from(std::io::ErrorKind::Unsupported)))
}
