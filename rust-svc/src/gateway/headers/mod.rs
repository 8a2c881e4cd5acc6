//! Headers of HTTP and metadata of a call.

mod forwarded;
mod metadata;

pub(super) use metadata::{STATUS, append, append_plain, append_trailers, metadata};
