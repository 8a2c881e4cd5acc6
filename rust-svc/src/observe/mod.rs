//! Metrics, access logs and traces of calls, each for a [`Chain`](crate::intercept::Chain). With the feature `otlp`, spans and
//! metrics are sent to an OpenTelemetry collector.
//!
//! ```
//! use rust_svc::{intercept::Chain, observe::{AccessLog, Trace}};
//!
//! let chain = Chain::new().intercept(Trace::new()).observe(AccessLog::new().metadata("user-agent"));
//! ```

mod access_log;
#[cfg(feature = "metrics")]
mod metrics;
pub mod names;
#[cfg(feature = "otlp")]
mod otlp;
mod trace;

pub use access_log::AccessLog;
#[cfg(feature = "metrics")]
pub use metrics::Metrics;
#[cfg(feature = "otlp")]
pub use otlp::Otlp;
pub use trace::Trace;

pub use crate::TraceContext;
