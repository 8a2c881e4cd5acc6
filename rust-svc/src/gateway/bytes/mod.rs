//! Bodies that are bytes in place of JSON.

pub(super) mod http_body;
#[cfg(feature = "multipart")]
pub(super) mod multipart;
pub(super) mod range;
