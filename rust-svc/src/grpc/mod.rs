//! What both ends of a gRPC call must agree on: the forms of metadata, of statuses and of timeouts.

#![cfg_attr(not(all(feature = "adapter", feature = "client")), allow(dead_code, reason = "each end uses its half"))]

pub(crate) mod metadata;
pub(crate) mod status;
pub(crate) mod timeout;
