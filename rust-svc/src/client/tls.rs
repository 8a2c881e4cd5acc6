//! The certificates of a client.

use std::{path::PathBuf, sync::Arc};

use http::uri::Authority;
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::task::spawn_blocking;
use tokio_rustls::TlsConnector;

use crate::{
    Error, Result,
    error::BoxError,
    net::NetStream,
    net::tls::{CertificateAndKey, PemSource, Reloadable, authorities, provider},
};

/// The authorities that a client trusts (TLS 1.2 and 1.3), and its own certificate.
///
/// A server must have a certificate for the host of the address, or of
/// [`authority`](crate::client::ClientBuilder::authority). Files are read again before each connection; if they are
/// invalid then, the certificates that were read before stay in use.
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
#[must_use = "TLS settings do nothing until a client is built with them"]
pub struct ClientTls {
    trusted: Option<PemSource>,
    own: Option<CertificateAndKey>,
    config: Reloadable<ClientConfig>,
}

impl ClientTls {
    /// Trusts only the authorities in this PEM file.
    pub fn trusting(authorities: impl Into<PathBuf>) -> Self {
        Self::new(Some(PemSource::File(authorities.into())))
    }

    /// Trusts only the authorities in this PEM text.
    pub fn trusting_pem(authorities: impl AsRef<[u8]>) -> Self {
        Self::new(Some(PemSource::Text(authorities.as_ref().into())))
    }

    /// Trusts the authorities of the system, which is the default for an `https://` address.
    #[cfg(feature = "native-roots")]
    pub fn native() -> Self {
        Self::system()
    }

    /// Creates the default for an `https://` address.
    pub(super) fn system() -> Self {
        Self::new(None)
    }

    fn new(trusted: Option<PemSource>) -> Self {
        Self { trusted, own: None, config: Reloadable::new() }
    }

    /// Presents a certificate to servers that request one (mutual TLS): PEM files with the certificate chain and its key.
    pub fn identity(mut self, chain: impl Into<PathBuf>, key: impl Into<PathBuf>) -> Self {
        self.own = Some(CertificateAndKey { chain: PemSource::File(chain.into()), key: PemSource::File(key.into()) });
        self
    }

    /// Presents a certificate to servers that request one, from PEM texts.
    pub fn identity_pem(mut self, chain: impl AsRef<[u8]>, key: impl AsRef<[u8]>) -> Self {
        self.own = Some(CertificateAndKey {
            chain: PemSource::Text(chain.as_ref().into()),
            key: PemSource::Text(key.as_ref().into()),
        });
        self
    }

    /// Reads the files. Fails with a readable text if they are invalid.
    pub(super) fn reload(&self) -> Result<bool> {
        let own = self.own.iter().flat_map(|own| [&own.chain, &own.key]);
        self.config.reload(self.trusted.iter().chain(own), |texts| {
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
                builder.with_client_auth_cert(chain, key).map_err(|error| pair.mismatch(&error))?
            }
            _ => builder.with_no_client_auth(),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(config)
    }

    /// Performs the TLS handshake with the server of this name.
    pub(super) async fn connect(self, stream: NetStream, server: ServerName<'static>) -> Result<NetStream, BoxError> {
        let tls = self.clone();
        if let Err(error) = spawn_blocking(move || tls.reload()).await? {
            tracing::warn!(%error, "keeping the previous certificates");
        }
        let config = self.config.current().ok_or("no certificates were loaded")?;
        let stream = TlsConnector::from(config).connect(server, stream).await?;
        if stream.get_ref().1.alpn_protocol() != Some(b"h2") {
            return Err("the server does not offer HTTP/2, which gRPC needs".into());
        }
        Ok(NetStream::Tls(Box::new(stream.into())))
    }
}

#[cfg(feature = "native-roots")]
fn native(roots: &mut RootCertStore) -> Result<()> {
    let found = rustls_native_certs::load_native_certs();
    let (added, _) = roots.add_parsable_certificates(found.certs);
    let none = || Error::unavailable(format!("the system has no trusted authorities: {:?}", found.errors));
    (added > 0).then_some(()).ok_or_else(none)
}

#[cfg(not(feature = "native-roots"))]
fn native(_: &mut RootCertStore) -> Result<()> {
    Err(Error::invalid_argument(
        "an https:// address needs trusted authorities: pass them to `Client::builder(..).tls(..)`, or enable the feature \
         `native-roots` of rust-svc to trust those of the system",
    ))
}

/// Returns the name that the server's certificate must have.
pub(super) fn server_name(authority: &Authority) -> Result<ServerName<'static>> {
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let wrong = |_| Error::invalid_argument(format!("`{host}` is not a valid server name"));
    ServerName::try_from(host.to_owned()).map_err(wrong)
}
