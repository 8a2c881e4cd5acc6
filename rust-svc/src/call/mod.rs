//! Everything that one call carries, independent of its transport.
//!
//! | module | holds |
//! |---|---|
//! | `context` | [`Context`]: deadline, cancellation, metadata both ways, identity |
//! | `method` | [`Method`] and the policies that a `.proto` declares for it |
//! | `metadata`, `lazy_metadata` | [`Metadata`], and the metadata of a request before somebody reads it |
//! | `extensions` | typed values that interceptors attach to a call |
//! | `cancellation` | cancellation from a caller to everything that it called |
//! | `peer`, `connection_info` | the caller, and its connection |
//! | `trace` | [`TraceContext`], by W3C Trace Context |
//! | `streaming` | [`Streaming`] and its [`Sender`] |
//! | `method_map` | one value for each method |
//! | `shutdown` | the signals of a server that stops |
//! | `run_until` | futures that end early |
//! | `ids` | random identifiers |

mod cancellation;
#[cfg(any(feature = "adapter", feature = "gateway", feature = "server"))]
pub(crate) mod connection_info;
mod context;
mod extensions;
pub(crate) mod ids;
pub(crate) mod lazy_metadata;
mod metadata;
mod method;
#[cfg(any(feature = "client", all(feature = "metrics", any(feature = "adapter", feature = "gateway"))))]
pub(crate) mod method_map;
mod peer;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) mod run_until;
pub(crate) mod shutdown;
mod streaming;
mod trace;

pub use cancellation::CancelGuard;
pub use context::Context;
pub use metadata::{Metadata, Value};
pub use method::{Breaker, Idempotency, Kind, Method, Retry};
pub use peer::{Identity, Peer};
pub use streaming::{Sender, Streaming};
pub use trace::TraceContext;
