//! How a client connects: TCP or a Unix socket.

use std::{
    path::PathBuf,
    task::{self, Poll},
};

use futures::future::BoxFuture;
use http::Uri;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tower::{Service, ServiceExt};

use super::{address::Address, normalise::BoxError};
use crate::net::Stream;

/// Connects to one address.
#[derive(Clone, Debug)]
pub(crate) struct Connector {
    tcp: HttpConnector,
    socket: Option<PathBuf>,
    #[cfg(feature = "tls")]
    tls: Option<(super::Tls, rustls::pki_types::ServerName<'static>)>,
}

impl Connector {
    pub(super) fn new(address: &Address) -> Self {
        let mut tcp = HttpConnector::new();
        // Small messages must not wait for more.
        tcp.set_nodelay(true);
        Self {
            tcp,
            socket: address.socket.clone(),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }

    /// Encrypts with a server of this name. Fails if the certificates cannot be used.
    #[cfg(feature = "tls")]
    pub(super) fn encrypted(mut self, tls: super::Tls, origin: &Uri) -> crate::Result<Self> {
        tls.reload()?;
        let name = origin.authority().map(super::tls::server_name).transpose()?;
        self.tls = name.map(|name| (tls, name));
        Ok(self)
    }

    async fn connect(self, uri: Uri) -> Result<TokioIo<Stream>, BoxError> {
        let stream = match self.socket {
            Some(path) => local(path).await?,
            None => Stream::Tcp(self.tcp.oneshot(uri).await?.into_inner()),
        };
        #[cfg(feature = "tls")]
        let stream = match self.tls {
            Some((tls, server)) => tls.connect(stream, server).await?,
            None => stream,
        };
        Ok(TokioIo::new(stream))
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

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream>;
    type Error = BoxError;
    type Future = BoxFuture<'static, Result<Self::Response, BoxError>>;

    fn poll_ready(&mut self, _: &mut task::Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Box::pin(self.clone().connect(uri))
    }
}
