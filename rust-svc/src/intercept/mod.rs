//! Interceptors and observers around every call, gRPC and HTTP alike.
//!
//! An [`Interceptor`] runs before a call and may refuse it. An [`Observer`] sees that a call began and how it ended. Both
//! see the call as the service trait does, by its [`Method`](crate::Method) and [`Context`](crate::Context). A [`Chain`] of
//! them is passed to a server, to a client, or to the routes of either kind:
//!
//! ```
//! use rust_svc::intercept::{Chain, ConcurrencyLimit, DeadlineRequired, RequestId};
//!
//! let chain = Chain::new()
//!     .intercept(RequestId::new())
//!     .intercept(ConcurrencyLimit::new(500))
//!     .intercept(DeadlineRequired::new());
//! ```
//!
//! Interceptors run stage by stage, see [`Stage`], and within a stage in the order in which they were added. Observers are
//! around all interceptors, so they also see refused calls, and the code of each call. The chain of a server also wraps
//! reflection, but not health.

#[cfg(feature = "client")]
mod attempt;
mod bearer;
mod breaker;
mod call;
mod chain;
mod endpoint;
mod interceptor;
mod limits;
mod observer;
mod panic;
mod request_id;
mod target;

#[cfg(feature = "client")]
pub(crate) use attempt::{Attempt, AttemptGuard};
pub use bearer::Bearer;
pub use breaker::{BreakerState, BreakerStateChange};
pub(crate) use call::ActiveCall;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) use call::Counter;
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) use call::NO_METHOD;
#[cfg(feature = "adapter")]
pub(crate) use call::PendingCall;
pub use call::{Call, HttpRoute, Outcome, Side};
pub use chain::Chain;
pub use endpoint::{EndpointChange, EndpointEvent};
pub use interceptor::{Interceptor, Stage};
pub use limits::{ConcurrencyLimit, DeadlineRequired, RateLimit};
pub use observer::Observer;
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) use panic::panic_error;
pub use request_id::RequestId;
pub use target::Target;
