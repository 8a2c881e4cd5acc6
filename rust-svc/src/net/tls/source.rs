//! The sources of certificates and keys.

use std::{fmt, fs, path::PathBuf, sync::Arc};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{Error, Result};

/// The source of certificates or a key in PEM.
#[derive(Clone)]
pub(crate) enum PemSource {
    File(PathBuf),
    Text(Arc<[u8]>),
}

impl PemSource {
    pub(crate) fn read(&self) -> Result<Arc<[u8]>> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => match fs::read(path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(error) => Err(self.invalid(&format!("cannot be read: {error}"))),
            },
        }
    }

    fn invalid(&self, what: &str) -> Error {
        Error::invalid_argument(format!("{self} {what}"))
    }

    fn certificates(&self, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
        let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let certificates = certificates.map_err(|error| self.invalid(&format!("is not PEM: {error}")))?;
        let none = || self.invalid("contains no certificate: PEM with BEGIN CERTIFICATE is required");
        Some(certificates).filter(|certificates| !certificates.is_empty()).ok_or_else(none)
    }

    fn key(&self, pem: &[u8]) -> Result<PrivateKeyDer<'static>> {
        let key = PrivateKeyDer::from_pem_slice(pem);
        key.map_err(|_| self.invalid("contains no private key: unencrypted PEM with BEGIN PRIVATE KEY is required"))
    }
}

impl fmt::Display for PemSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Text(_) => f.write_str("the PEM text"),
        }
    }
}

/// PEM text may be a key, which no log may show.
impl fmt::Debug for PemSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A certificate chain, the own certificate first, and its key.
#[derive(Clone, Debug)]
pub(crate) struct CertificateAndKey {
    pub(crate) chain: PemSource,
    pub(crate) key: PemSource,
}

impl CertificateAndKey {
    pub(crate) fn parse(
        &self,
        chain: &[u8],
        key: &[u8],
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        Ok((self.chain.certificates(chain)?, self.key.key(key)?))
    }

    /// Returns the error for a pair that rustls rejects, such as a key of another certificate.
    pub(crate) fn mismatch(&self, error: &rustls::Error) -> Error {
        Error::invalid_argument(format!("{} and {} do not go together: {error}", self.chain, self.key))
    }
}

/// Adds the authorities of a source to the roots.
pub(crate) fn authorities(source: &PemSource, pem: &[u8], roots: &mut RootCertStore) -> Result<()> {
    for certificate in source.certificates(pem)? {
        roots.add(certificate).map_err(|error| source.invalid(&format!("contains an invalid authority: {error}")))?;
    }
    Ok(())
}
