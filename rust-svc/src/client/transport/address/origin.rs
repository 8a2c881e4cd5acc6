//! The scheme and authority of requests.

use http::uri::{Authority, Scheme};

use crate::{Error, Result};

/// The scheme and authority that a request carries.
#[derive(Clone, Debug)]
pub(crate) struct ServerOrigin {
    pub(crate) scheme: Scheme,
    pub(crate) authority: Authority,
}

impl ServerOrigin {
    /// Creates an origin. Fails if the authority is invalid.
    pub(crate) fn new(is_secure: bool, authority: &str) -> Result<Self> {
        let wrong = |_| Error::invalid_argument(format!("`{authority}` is not an authority: write HOST or HOST:PORT"));
        let scheme = if is_secure { Scheme::HTTPS } else { Scheme::HTTP };
        Ok(Self { scheme, authority: authority.parse().map_err(wrong)? })
    }

    /// Returns whether the connection is encrypted.
    #[cfg(feature = "tls")]
    pub(crate) fn is_secure(&self) -> bool {
        self.scheme == Scheme::HTTPS
    }
}
