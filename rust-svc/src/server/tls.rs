//! The certificates of a server.

use std::{path::PathBuf, sync::Arc, time::Duration};

use rustls::{RootCertStore, ServerConfig, server::WebPkiClientVerifier};
use tokio::{task::spawn_blocking, time};
use tokio_rustls::TlsAcceptor;

use super::{listen::Serves, listener::Remote};
use crate::{
    Error, Result,
    net::Stream,
    net::tls::{Fresh, Pair, Source, authorities, identity, provider},
};

/// How often the files are looked at if nothing is said.
const EVERY: Duration = Duration::from_secs(10);
const LEAST_EVERY: Duration = Duration::from_millis(10);

/// The certificates with which a server encrypts (TLS 1.2 and 1.3), and those that its callers must show.
///
/// Files are read again when they change: they are looked at [every 10 seconds](Self::reload_every), and when
/// [`reload`](Self::reload) is called. New connections then get the new certificates. Files that cannot be used, such as a certificate whose key has
/// not been written yet, are logged and change nothing.
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
    own: Pair,
    clients: Option<Source>,
    every: Duration,
    configs: Fresh<Configs>,
}

/// What connections are encrypted with, by what is served on them.
#[derive(Clone)]
struct Configs {
    any: Arc<ServerConfig>,
    /// For gRPC alone, which needs HTTP/2.
    grpc: Arc<ServerConfig>,
}

impl ServerTls {
    /// Files in the form of PEM: the server's certificate with those between it and its authority, and its key.
    pub fn files(chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        Self::new(Source::File(chain.into()), Source::File(key.into()))
    }

    /// The same as texts.
    pub fn pem(chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        Self::new(Source::Text(chain.as_ref().into()), Source::Text(key.as_ref().into()))
    }

    fn new(chain: Source, key: Source) -> Self {
        Self { own: Pair { chain, key }, clients: None, every: EVERY, configs: Fresh::new() }
    }

    /// Serves only callers that show a certificate of one of the authorities in this file (mutual TLS). Handlers find
    /// who it is in [`Peer::identity`](crate::Peer::identity).
    pub fn clients(mut self, authorities: impl Into<PathBuf>) -> Self {
        self.clients = Some(Source::File(authorities.into()));
        self
    }

    /// The same as a text.
    pub fn clients_pem(mut self, authorities: impl AsRef<[u8]>) -> Self {
        self.clients = Some(Source::Text(authorities.as_ref().into()));
        self
    }

    /// How often the files are looked at, at most every 10 milliseconds; 10 seconds unless told.
    pub fn reload_every(mut self, every: Duration) -> Self {
        self.every = every.max(LEAST_EVERY);
        self
    }

    /// Reads the files now, for this and all its clones. True if they changed. Fails with a text for people, and
    /// changes nothing, if they cannot be used.
    pub fn reload(&self) -> Result<bool> {
        self.configs.renew([&self.own.chain, &self.own.key].into_iter().chain(&self.clients), |texts| match texts {
            [chain, key, clients @ ..] => {
                self.make(chain, key, clients.first().map(|clients| &**clients)).map(Configs::of)
            }
            _ => Err(Error::internal("there is a chain and a key")),
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
        builder.with_single_cert(chain, key).map_err(|error| self.own.refused(&error))
    }

    /// Looks at the files again and again.
    pub(super) async fn keep_fresh(self) {
        loop {
            time::sleep(self.every).await;
            let tls = self.clone();
            match spawn_blocking(move || tls.reload()).await {
                Ok(Ok(true)) => tracing::info!(certificates = %self.own.chain, "new certificates are in use"),
                Ok(Err(error)) => tracing::error!(%error, "the certificates stay as they were"),
                Ok(Ok(false)) | Err(_) => (),
            }
        }
    }

    /// Encrypts a connection, and tells who is at its other end if it showed a certificate.
    pub(super) async fn accept(&self, stream: Stream, serves: Serves, remote: &mut Remote) -> std::io::Result<Stream> {
        let configs = self.configs.last().ok_or(std::io::ErrorKind::NotConnected)?;
        let stream = TlsAcceptor::from(configs.serving(serves)).accept(stream).await?;
        let certificate = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
        if let Some(identity) = certificate.and_then(|certificate| identity(certificate)) {
            remote.peer = remote.peer.clone().with_identity(identity);
        }
        Ok(Stream::Tls(Box::new(stream.into())))
    }
}

impl Configs {
    fn of(mut config: ServerConfig) -> Self {
        config.alpn_protocols = vec![b"h2".to_vec()];
        let grpc = Arc::new(config.clone());
        config.alpn_protocols.push(b"http/1.1".to_vec());
        Self { any: Arc::new(config), grpc }
    }

    fn serving(&self, serves: Serves) -> Arc<ServerConfig> {
        if serves.is_grpc_alone() { self.grpc.clone() } else { self.any.clone() }
    }
}
