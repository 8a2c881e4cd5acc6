//! How a client connects: TCP or a Unix socket.

use std::path::PathBuf;

use http::Uri;
use hyper_util::client::legacy::connect::HttpConnector;
use tower::ServiceExt;

use super::{address::Address, normalise::BoxError};
use crate::{Result, net::Stream};

/// Connects to one address.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    tcp: HttpConnector,
    /// Host and port.
    uri: Uri,
    socket: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: Option<(super::ClientTls, rustls::pki_types::ServerName<'static>)>,
}

impl Connector {
    /// Connects to this address. Fails if no host and port can be made of it.
    pub(super) fn new(address: &Address) -> Result<Self> {
        let mut tcp = HttpConnector::new();
        // Small messages must not wait for more.
        tcp.set_nodelay(true);
        Ok(Self {
            tcp,
            uri: address.uri()?,
            socket: address.socket.clone(),
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    /// Encrypts with a server of this name. Fails if the certificates cannot be used.
    #[cfg(feature = "tls")]
    pub(super) fn encrypted(mut self, tls: super::ClientTls, origin: &super::address::Origin) -> Result<Self> {
        tls.reload()?;
        self.tls = Some((tls, super::tls::server_name(&origin.authority)?));
        Ok(self)
    }

    pub(super) async fn connect(self) -> Result<Stream, BoxError> {
        let stream = match self.socket {
            Some(path) => local(path).await?,
            None => Stream::Tcp(self.tcp.oneshot(self.uri).await?.into_inner()),
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
async fn local(path: PathBuf) -> Result<Stream, BoxError> {
    Ok(Stream::Unix(tokio::net::UnixStream::connect(path).await?))
}

#[cfg(not(unix))]
async fn local(_: PathBuf) -> Result<Stream, BoxError> {
    Err(Box::new(std::io::Error::from(std::io::ErrorKind::Unsupported)))
}
