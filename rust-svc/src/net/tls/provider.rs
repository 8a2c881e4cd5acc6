//! The cryptography of TLS.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;

/// Returns the cryptography that clients and servers use.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}
