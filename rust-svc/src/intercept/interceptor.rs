//! Interceptors, and the stages in which they run.

use super::Call;
use crate::{Result, async_trait};

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
///             _ => Err(Error::permission_denied("this server has another tenant")),
///         }
///     }
/// }
/// ```
#[async_trait]
pub trait Interceptor: Send + Sync + 'static {
    /// Returns the stage in which it runs. The default is [`Stage::Custom`].
    fn stage(&self) -> Stage {
        Stage::Custom
    }

    /// Inspects the call before any work is done, and may change its [`Context`](crate::Context). An error ends the call.
    async fn before(&self, call: &mut Call) -> Result<()>;

    /// Does the work of [`before`](Self::before) if it need not wait, which saves the call a future. With `None`, `before`
    /// runs.
    ///
    /// At [`Stage::Correlation`] it also sees calls of unknown methods, whose name is
    /// [`OTHER`](crate::observe::names::OTHER), and calls with malformed headers.
    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        let _ = call;
        None
    }
}

/// The stage in which an interceptor runs, from the first to the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stage {
    /// Identifies the call in logs and traces, also a call that is then refused.
    Correlation,
    /// Identifies the caller, before any other work.
    Authentication,
    /// Refuses calls when there are too many.
    Limits,
    /// Anything else.
    Custom,
}
