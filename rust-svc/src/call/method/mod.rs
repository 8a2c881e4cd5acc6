//! Methods of services.
//!
//! | module | holds |
//! |---|---|
//! | `declaration` | [`Method`], as its `.proto` declares it |
//! | `policies` | the policies that it declares for clients: [`Retry`] and [`Breaker`] |
//! | `map` | a value for each method, found without a lock |

mod declaration;
#[cfg(any(feature = "client", all(feature = "metrics", any(feature = "adapter", feature = "gateway"))))]
mod map;
mod policies;

pub use declaration::{Idempotency, Kind, Method};
#[cfg(any(feature = "client", all(feature = "metrics", any(feature = "adapter", feature = "gateway"))))]
pub(crate) use map::MethodMap;
pub use policies::{Breaker, Retry};
