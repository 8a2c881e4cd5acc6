//! The certificates of a server.

use std::{path::PathBuf, sync::Arc, time::Duration};

use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use tokio::{task::spawn_blocking, time};
use tokio_rustls::TlsAcceptor;

use super::{peer::RemotePeer, protocols::Protocols};
use crate::{
    Error, Result,
    net::NetStream,
    net::tls::{CertificateAndKey, PemSource, Reloadable, authorities, identity, provider},
};

/// The default and the least interval between two checks of the files.
const RELOAD_INTERVAL: Duration = Duration::from_secs(10);
const MIN_RELOAD_INTERVAL: Duration = Duration::from_millis(10);

/// The certificates of a server (TLS 1.2 and 1.3), and the authorities of its clients.
///
/// Files are reloaded when they change: they are checked [every 10 seconds](Self::reload_every), and when
/// [`reload`](Self::reload) is called. New connections use the new certificates. Invalid files, such as a certificate whose
/// key is not written yet, are logged and change nothing.
///
/// ```no_run
/// # async fn serve() -> rust_svc::Result<()> {
/// use rust_svc::{Server, server::{Listen, ServerTls}};
///
/// let tls = ServerTls::files("server.pem", "server.key").clients("clients-ca.pem");
/// Server::new().bind(Listen::at("0.0.0.0:50051").tls(tls)).await?.run().await
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is encrypted until a server listens with it"]
pub struct ServerTls {
    own: CertificateAndKey,
    clients: Option<PemSource>,
    every: Duration,
    configs: Reloadable<TlsConfigs>,
}

/// The TLS configurations of an address.
#[derive(Clone)]
struct TlsConfigs {
    any: Arc<ServerConfig>,
    /// For addresses with gRPC alone: HTTP/2 only.
    grpc: Arc<ServerConfig>,
}

impl ServerTls {
    /// Reads PEM files: the certificate chain of the server, its own certificate first, and its key.
    pub fn files(chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::new(PemSource::File(chain.into()), PemSource::File(key.into()))
    }

    /// Creates the certificates from PEM text.
    pub fn pem(chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        Self::new(PemSource::Text(chain.as_ref().into()), PemSource::Text(key.as_ref().into()))
    }

    fn new(chain: PemSource, key: PemSource) -> Self {
        Self {
            own: CertificateAndKey { chain, key },
            clients: None,
            every: RELOAD_INTERVAL,
            configs: Reloadable::new(),
        }
    }

    /// Requires client certificates of one of the authorities in this file (mutual TLS). Handlers read the verified
    /// identity from [`Peer::identity`](crate::Peer::identity).
    pub fn clients(mut self, authorities: impl Into<PathBuf>) -> Self {
        self.clients = Some(PemSource::File(authorities.into()));
        self
    }

    /// Requires client certificates of one of these authorities, as PEM text.
    pub fn clients_pem(mut self, authorities: impl AsRef<[u8]>) -> Self {
        self.clients = Some(PemSource::Text(authorities.as_ref().into()));
        self
    }

    /// Sets how often the files are checked. The default is 10 seconds, the least 10 milliseconds.
    pub fn reload_every(mut self, every: Duration) -> Self {
        self.every = every.max(MIN_RELOAD_INTERVAL);
        self
    }

    /// Reloads the files now, for this value and its clones, and returns whether they changed. Invalid files are an error
    /// and change nothing.
    pub fn reload(&self) -> Result<bool> {
        self.configs.reload([&self.own.chain, &self.own.key].into_iter().chain(&self.clients), |texts| match texts {
            [chain, key, clients @ ..] => {
                self.make(chain, key, clients.first().map(|clients| &**clients)).map(TlsConfigs::of)
            }
            _ => Err(Error::internal("a certificate chain or a key is missing")),
        })
    }

    fn make(&self, chain: &[u8], key: &[u8], clients: Option<&[u8]>) -> Result<ServerConfig> {
        let (chain, key) = self.own.parse(chain, key)?;
        let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.map_err(Error::internal)?;
        let builder = match self.clients.as_ref().zip(clients) {
            None => builder.with_no_client_auth(),
            Some((source, pem)) => {
                let mut roots = RootCertStore::empty();
                authorities(source, pem, &mut roots)?;
                let verifier = WebPkiClientVerifier::builder_with_provider(roots.into(), provider()).build();
                builder.with_client_cert_verifier(verifier.map_err(Error::internal)?)
            }
        };
        builder.with_single_cert(chain, key).map_err(|error| self.own.mismatch(&error))
    }

    /// Reloads the files whenever they change.
    pub(crate) async fn reload_on_change(self) {
        loop {
            time::sleep(self.every).await;
            let tls = self.clone();
            match spawn_blocking(move || tls.reload()).await {
                Ok(Ok(true)) => tracing::info!(certificates = %self.own.chain, "new certificates are in use"),
                Ok(Err(error)) => tracing::error!(%error, "the old certificates stay in use"),
                Ok(Ok(false)) | Err(_) => (),
            }
        }
    }

    /// Encrypts a connection, and adds the identity of a client certificate to the peer.
    pub(crate) async fn accept(
        &self,
        stream: NetStream,
        protocols: Protocols,
        remote: &mut RemotePeer,
    ) -> std::io::Result<NetStream> {
        let configs = self.configs.current().ok_or(std::io::ErrorKind::NotConnected)?;
        let stream = TlsAcceptor::from(configs.serving(protocols)).accept(stream).await?;
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        if let Some(identity) = certificate.and_then(|certificate| identity(certificate)) {
            remote.peer = remote.peer.clone().with_identity(identity);
        }
        Ok(NetStream::Tls(Box::new(stream.into())))
    }
}

impl TlsConfigs {
    fn of(mut config: ServerConfig) -> Self {
        config.alpn_protocols = vec![b"h2".to_vec()];
        let grpc = Arc::new(config.clone());
        config.alpn_protocols.push(b"http/1.1".to_vec());
        Self { any: Arc::new(config), grpc }
    }

    fn serving(&self, protocols: Protocols) -> Arc<ServerConfig> {
        if protocols.is_grpc_alone() { self.grpc.clone() } else { self.any.clone() }
    }
}
