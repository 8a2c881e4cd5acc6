//! Everything that one call carries, independent of its transport.
//!
//! | module | holds |
//! |---|---|
//! | `context` | [`Context`]: deadline, cancellation, metadata both ways, identity |
//! | `method` | [`Method`] and the policies that a `.proto` declares for it |
//! | `metadata` | [`Metadata`] of requests and responses |
//! | `extensions` | typed values that interceptors attach to a call |
//! | `cancellation` | cancellation, from a call to every call that it makes |
//! | `peer`, `connection_info` | the caller, and its connection |
//! | `trace` | [`TraceContext`], by W3C Trace Context |
//! | `streaming`, `produce` | [`Streaming`] and its [`Sender`] |
//! | `shutdown` | the signals of a server that stops |
//! | `run_until` | futures that end early |
//! | `ids` | random identifiers |

mod cancellation;
#[cfg(any(feature = "adapter", feature = "gateway", feature = "server"))]
pub(crate) mod connection_info;
mod context;
pub(crate) mod extensions;
pub(crate) mod ids;
pub(crate) mod metadata;
pub(crate) mod method;
mod peer;
mod produce;
#[cfg(any(feature = "adapter", feature = "client", feature = "gateway"))]
pub(crate) mod run_until;
pub(crate) mod shutdown;
mod streaming;
mod trace;

pub use cancellation::CancelGuard;
#[cfg(feature = "fake")]
pub(crate) use cancellation::Cancellation;
pub use context::Context;
pub use metadata::{Baggage, InvalidMetadata, Metadata, Value};
pub use method::{
    Breaker, Bulkhead, Hedge, Idempotency, InvalidServiceConfig, Kind, Method, MethodConfig, PolicyField, Retry,
    RetryThrottling, ServiceConfig,
};
pub use peer::{Identity, Peer};
#[cfg(feature = "client")]
pub(crate) use streaming::RemoteMessages;
pub use streaming::{Sender, Streaming};
pub use trace::TraceContext;
