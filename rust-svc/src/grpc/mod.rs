//! The parts of gRPC over HTTP/2 that adapter and client share: bodies, framing, compression, metadata, statuses and
//! timeouts. The gateway uses timeouts and the error log.

#![cfg_attr(not(all(feature = "client", feature = "server")), allow(dead_code, reason = "each end uses its half"))]

#[cfg(any(feature = "adapter", feature = "client"))]
mod body;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod compression;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod content_type;
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) mod error_log;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod framing;
pub(crate) mod header;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod header_list;
#[cfg(any(feature = "adapter", feature = "client", feature = "tonic"))]
pub(crate) mod metadata;
#[cfg(any(feature = "adapter", feature = "client", feature = "tonic"))]
mod percent;
#[cfg(any(feature = "adapter", feature = "client", feature = "tonic"))]
pub(crate) mod status;
pub(crate) mod timeout;
#[cfg(feature = "tonic")]
mod tonic_status;

#[cfg(any(feature = "adapter", feature = "client"))]
pub use body::Body;
