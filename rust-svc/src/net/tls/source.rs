//! Where certificates and keys come from.

use std::{
    fmt, fs,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rustls::{
    RootCertStore,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

use crate::{Error, Result};

/// Where certificates or a key are, in the form of PEM.
#[derive(Clone)]
pub(crate) enum Source {
    File(PathBuf),
    Text(Arc<[u8]>),
}

impl Source {
    pub(crate) fn read(&self) -> Result<Arc<[u8]>> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::File(path) => match fs::read(path) {
                Ok(bytes) => Ok(bytes.into()),
                Err(error) => Err(self.wrong(&format!("cannot be read: {error}"))),
            },
        }
    }

    fn wrong(&self, what: &str) -> Error {
        Error::invalid_argument(format!("{self} {what}"))
    }

    fn certificates(&self, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
        let certificates = CertificateDer::pem_slice_iter(pem).collect::<Result<Vec<_>, _>>();
        let certificates = certificates.map_err(|error| self.wrong(&format!("is not PEM: {error}")))?;
        let none = || self.wrong("holds no certificate: it is PEM with BEGIN CERTIFICATE");
        Some(certificates).filter(|certificates| !certificates.is_empty()).ok_or_else(none)
    }

    fn key(&self, pem: &[u8]) -> Result<PrivateKeyDer<'static>> {
        let key = PrivateKeyDer::from_pem_slice(pem);
        key.map_err(|_| self.wrong("holds no private key: it is PEM with BEGIN PRIVATE KEY, not encrypted"))
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Text(_) => f.write_str("the PEM text"),
        }
    }
}

/// A text may be a key, which no log may show.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A chain of certificates, the own one first, and the key of that.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    pub(crate) chain: Source,
    pub(crate) key: Source,
}

impl Pair {
    pub(crate) fn parse(
        &self,
        chain: &[u8],
        key: &[u8],
    ) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
        Ok((self.chain.certificates(chain)?, self.key.key(key)?))
    }

    /// The error for a pair that rustls does not take, such as a key of another certificate.
    pub(crate) fn refused(&self, error: &rustls::Error) -> Error {
        Error::invalid_argument(format!("{} and {} do not go together: {error}", self.chain, self.key))
    }
}

/// The authorities that a source names.
pub(crate) fn authorities(source: &Source, pem: &[u8], roots: &mut RootCertStore) -> Result<()> {
    for certificate in source.certificates(pem)? {
        roots.add(certificate).map_err(|error| source.wrong(&format!("holds no authority: {error}")))?;
    }
    Ok(())
}

/// What was made of sources, and is made anew when these change.
#[derive(Clone)]
pub(crate) struct Fresh<T>(Arc<Mutex<Option<Made<T>>>>);

struct Made<T> {
    from: Vec<Arc<[u8]>>,
    what: Arc<T>,
}

impl<T> Fresh<T> {
    pub(crate) fn new() -> Self {
        Self(Arc::default())
    }

    /// What was made last.
    pub(crate) fn last(&self) -> Option<Arc<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|made| made.what.clone())
    }

    /// Reads the sources, and makes anew what they give if they changed. What was made before stays if that fails.
    /// True if it was made anew.
    pub(crate) fn renew<'a>(
        &self,
        sources: impl IntoIterator<Item = &'a Source>,
        make: impl FnOnce(&[Arc<[u8]>]) -> Result<T>,
    ) -> Result<bool> {
        let from = sources.into_iter().map(Source::read).collect::<Result<Vec<_>>>()?;
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if made.as_ref().is_some_and(|made| made.from == from) {
            return Ok(false);
        }
        let what = Arc::new(make(&from)?);
        *made = Some(Made { from, what });
        Ok(true)
    }
}

impl<T> fmt::Debug for Fresh<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fresh").finish_non_exhaustive()
    }
}
