//! What both ends of a gRPC call must agree on: the forms of metadata, of statuses and of timeouts.

pub(crate) mod metadata;
pub(crate) mod status;
pub(crate) mod timeout;
