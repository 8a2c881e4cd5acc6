//! The certificates of a client.

use std::{path::PathBuf, sync::Arc};

use http::uri::Authority;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;

use super::normalise::BoxError;
use crate::{
    Error, Result,
    net::Stream,
    net::tls::{Fresh, Pair, Source, authorities, provider},
};

/// The authorities whose servers a client trusts (TLS 1.2 and 1.3), and the certificate that it shows to them.
///
/// The name that a server must have is the host of the address, or of
/// [`authority`](super::ClientBuilder::authority). Files are read again before each connection; if they cannot be used
/// then, what was read before is used on.
///
/// ```no_run
/// # fn main() -> rust_svc::Result<()> {
/// use rust_svc::{Client, client::ClientTls};
///
/// let tls = ClientTls::trusting("servers-ca.pem").identity("client.pem", "client.key");
/// let client = Client::builder("https://inventory:50051").tls(tls).build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is encrypted until a client is built with it"]
pub struct ClientTls {
    trusted: Option<Source>,
    own: Option<Pair>,
    config: Fresh<ClientConfig>,
}

impl ClientTls {
    /// Trusts the authorities in this file, in the form of PEM, and no others.
    pub fn trusting(authorities: impl Into<PathBuf>) -> Self {
        Self::new(Some(Source::File(authorities.into())))
    }

    /// The same as a text.
    pub fn trusting_pem(authorities: impl AsRef<[u8]>) -> Self {
        Self::new(Some(Source::Text(authorities.as_ref().into())))
    }

    /// Trusts the authorities that the system trusts, as a client of an `https://` address does that is told nothing
    /// else.
    #[cfg(feature = "native-roots")]
    pub fn native() -> Self {
        Self::system()
    }

    /// What a client of an `https://` address has that is told nothing else.
    pub(super) fn system() -> Self {
        Self::new(None)
    }

    fn new(trusted: Option<Source>) -> Self {
        Self { trusted, own: None, config: Fresh::new() }
    }

    /// Shows a certificate to servers that ask for one (mutual TLS): files in the form of PEM, with the certificates
    /// between it and its authority, and its key.
    pub fn identity(mut self, chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.own = Some(Pair { chain: Source::File(chain.into()), key: Source::File(key.into()) });
        self
    }

    /// The same as texts.
    pub fn identity_pem(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.own = Some(Pair { chain: Source::Text(chain.as_ref().into()), key: Source::Text(key.as_ref().into()) });
        self
    }

    /// Reads the files, and fails with a text for people if they cannot be used.
    pub(super) fn reload(&self) -> Result<bool> {
        let own = self.own.iter().flat_map(|own| [&own.chain, &own.key]);
        self.config.renew(self.trusted.iter().chain(own), |texts| {
            let (trusted, own) = texts.split_at(self.trusted.iter().count());
            self.make(trusted.first().map(|pem| &**pem), own)
        })
    }

    fn make(&self, trusted: Option<&[u8]>, own: &[Arc<[u8]>]) -> Result<ClientConfig> {
        let mut roots = RootCertStore::empty();
        match self.trusted.as_ref().zip(trusted) {
            Some((source, pem)) => authorities(source, pem, &mut roots)?,
            None => native(&mut roots)?,
        }
        let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
        let builder = builder.map_err(Error::internal)?.with_root_certificates(roots);
        let mut config = match (&self.own, own) {
            (Some(pair), [chain, key]) => {
                let (chain, key) = pair.parse(chain, key)?;
                builder.with_client_auth_cert(chain, key).map_err(|error| pair.refused(&error))?
            }
            _ => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(config)
    }

    /// Encrypts a connection with the server of this name.
    pub(super) async fn connect(self, stream: Stream, server: ServerName<'static>) -> Result<Stream, BoxError> {
        let tls = self.clone();
        if let Err(error) = spawn_blocking(move || tls.reload()).await? {
            tracing::warn!(%error, "the certificates stay as they were");
        }
        let config = self.config.last().ok_or("there are no certificates")?;
        let stream = TlsConnector::from(config).connect(server, stream).await?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err("the server does not offer HTTP/2, which gRPC needs".into());
        }
        Ok(Stream::Tls(Box::new(stream.into())))
    }
}

#[cfg(feature = "native-roots")]
fn native(roots: &mut RootCertStore) -> Result<()> {
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    let none = || Error::unavailable(format!("the system names no authorities to trust: {:?}", found.errors));
    (added > 0).then_some(()).ok_or_else(none)
}

#[cfg(not(feature = "native-roots"))]
fn native(_: &mut RootCertStore) -> Result<()> {
    Err(Error::invalid_argument(
        "an https:// address needs the authorities to trust: give them to `Client::builder(..).tls(..)`, or turn on the \
         feature `native-roots` of rust-svc to trust those of the system",
    ))
}

/// The name that a server must prove to have.
pub(super) fn server_name(authority: &Authority) -> Result<ServerName<'static>> {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let wrong = |_| Error::invalid_argument(format!("`{host}` is not a name that a certificate can have"));
    ServerName::try_from(host.to_owned()).map_err(wrong)
}
