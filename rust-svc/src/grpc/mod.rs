//! What both ends of a gRPC call must agree on: the forms of metadata, of statuses and of timeouts. The gateway reads
//! timeouts of the same form.

#![cfg_attr(not(all(feature = "adapter", feature = "client")), allow(dead_code, reason = "each end uses its half"))]

#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod compression;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod frames;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod metadata;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod status;
pub(crate) mod timeout;
