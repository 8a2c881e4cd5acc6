//! Certificates and keys of clients and servers.

#[cfg(feature = "server")]
mod identity;
mod provider;
mod reload;
mod source;

#[cfg(feature = "server")]
pub(crate) use identity::identity;
pub(crate) use provider::provider;
pub(crate) use reload::Reloadable;
pub(crate) use source::{CertificateAndKey, PemSource, authorities};
