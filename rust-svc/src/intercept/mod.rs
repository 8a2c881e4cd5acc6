//! What happens around every call, whatever its service: who may call, how much, and what is written down of it.
//!
//! An [`Interceptor`] runs before a call and may refuse it; an [`Observer`] sees that a call began and how it ended. They
//! see the call as the service trait does, by its [`Method`] and [`Context`]. A [`Chain`] of them is
//! given to a server, a client, or the routes of either kind:
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
//! Whatever the order in which they are added, interceptors run stage by stage, see [`Stage`], and those of one stage in
//! the order in which they were added. Observers are around them all, so that they see refused calls as well, and the
//! code with which each call ended. The services that a server adds by itself, health and reflection, are not
//! intercepted.

#[cfg(feature = "client")]
mod attempted;
mod bearer;
mod breaker;
mod call;
mod chain;
mod concurrency_limit;
mod deadline_required;
mod panicked;
mod rate_limit;
mod request_id;
mod target;

#[cfg(feature = "client")]
pub(crate) use attempted::Attempt;
pub use bearer::Bearer;
pub use breaker::{BreakerState, BreakerStateChange};
pub use call::{Call, HttpRoute, Outcome, Side};
pub(crate) use chain::ActiveCall;
pub use chain::Chain;
#[cfg(any(feature = "adapter", feature = "client"))]
pub(crate) use chain::Counter;
#[cfg(feature = "adapter")]
pub(crate) use chain::PendingCall;
pub use concurrency_limit::ConcurrencyLimit;
pub use deadline_required::DeadlineRequired;
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) use panicked::panicked;
pub use rate_limit::RateLimit;
pub use request_id::RequestId;
pub use target::Target;

#[cfg(doc)]
use crate::Context;
#[cfg(any(feature = "adapter", feature = "gateway", doc))]
use crate::Method;
use crate::{Result, async_trait};

/// Stands for the method of a call to what is not served.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) const NO_METHOD: Method = Method::unary("/_OTHER");

/// Runs before a call, and may refuse it.
///
/// ```
/// use rust_svc::{Error, Result, async_trait, intercept::{Call, Interceptor}};
///
/// /// Serves one tenant only.
/// struct Tenant(&'static str);
///
/// #[async_trait]
/// impl Interceptor for Tenant {
///     async fn before(&self, call: &mut Call) -> Result<()> {
///         match call.cx().metadata().get("x-tenant") {
///             Some(tenant) if tenant == self.0 => Ok(()),
///             _ => Err(Error::permission_denied("this is another tenant's server")),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Interceptor: Send + Sync + 'static {
    /// Among which it runs. [`Stage::Custom`] unless told.
    fn stage(&self) -> Stage {
        Stage::Custom
    }

    /// Looks at the call before any work is done, and may change its [`Context`]. An error is the answer to the call,
    /// which then goes no further.
    async fn before(&self, call: &mut Call) -> Result<()>;

    /// Does the same, if it need not wait for anything: that saves the call the future of [`before`](Self::before), which
    /// is asked only if this is `None`.
    ///
    /// At [`Stage::Correlation`] it also sees calls that nothing serves, whose method is
    /// [`OTHER`](crate::observe::names::OTHER), and those whose headers are malformed.
    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        let _ = call;
        None
    }
}

/// Sees that a call began, and how it ended: metrics, logs, audits. It must not block. If it panics, the
/// log has that, and neither the call nor another observer is touched.
pub trait Observer: Send + Sync + 'static {
    /// The call began. No interceptor has run yet.
    fn began(&self, call: &Call) {
        let _ = call;
    }

    /// The call ended: its last byte is on its way, or nobody waits for it any more.
    fn ended(&self, call: &Call, outcome: &Outcome);

    /// One attempt of a client's call ended; another may follow.
    fn attempted(&self, call: &Call, outcome: &Outcome) {
        let _ = (call, outcome);
    }

    /// The handler of a call panicked, or what is around it. The call ends with `INTERNAL`.
    fn panicked(&self, call: &Call) {
        let _ = call;
    }

    /// The circuit breaker of a client's method is in another state now.
    fn breaker_state_changed(&self, change: &BreakerStateChange) {
        let _ = change;
    }
}

/// When an interceptor runs, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// What a call is known by, in logs and traces: also one that is then refused.
    Correlation,
    /// Who calls: refused before any other work.
    Authentication,
    /// Whether there is room for the call.
    Limits,
    /// All else.
    Custom,
}
