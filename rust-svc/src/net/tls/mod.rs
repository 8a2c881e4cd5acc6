//! Certificates and keys, as clients and servers read them.

#[cfg(feature = "server")]
mod identity;
mod source;

#[cfg(feature = "server")]
pub(crate) use identity::identity;
pub(crate) use source::{Fresh, Pair, Source, authorities};

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// What encrypts.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
