//! Methods of services.
//!
//! | module | holds |
//! |---|---|
//! | `declaration` | [`Method`], as its `.proto` declares it |
//! | `retry` | [`Retry`] and [`Hedge`] |
//! | `breaker` | [`Breaker`] and [`Bulkhead`] |
//! | `field` | [`PolicyField`], the names of the policies |
//! | `service_config` | [`ServiceConfig`], policies in the JSON format of gRPC |
//! | `map` | a value for each method, found without a lock |

mod breaker;
mod declaration;
mod field;
#[cfg(any(feature = "client", all(feature = "metrics", any(feature = "adapter", feature = "gateway"))))]
mod map;
mod retry;
mod service_config;

pub use breaker::{Breaker, Bulkhead};
pub use declaration::{Idempotency, Kind, Method};
pub use field::PolicyField;
#[cfg(any(feature = "client", all(feature = "metrics", any(feature = "adapter", feature = "gateway"))))]
pub(crate) use map::MethodMap;
pub use retry::{Hedge, Retry};
pub use service_config::{InvalidServiceConfig, MethodConfig, RetryThrottling, ServiceConfig};
