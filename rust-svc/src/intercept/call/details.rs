//! The method, side and context of a call.

use std::{
    any::Any,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;
use tracing::Span;
use triomphe::Arc;

use super::{HttpRoute, Outcome, Side, outcome::Counts};
use crate::{Code, Context, Method, Result, intercept::Target};

/// The method of a call that no service has.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) const NO_METHOD: Method = Method::unary("/_OTHER");

/// A call in progress, as interceptors and observers see it.
pub struct Call {
    method: Method,
    side: Side,
    cx: Context,
    started: Instant,
    span: Span,
    route: Option<HttpRoute>,
    target: Option<Arc<Target>>,
    /// The values that are dropped when the call ends, if there are any.
    kept: Option<Mutex<Vec<Box<dyn Any + Send + Sync>>>>,
}

impl Call {
    /// Creates a call that began at `started`.
    #[inline]
    pub(super) fn new(
        method: Method,
        side: Side,
        route: Option<HttpRoute>,
        target: Option<Arc<Target>>,
        cx: Context,
        started: Instant,
    ) -> Self {
        Self { method, side, cx, started, span: Span::none(), route, target, kept: None }
    }

    /// Returns the method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Returns the side of the call.
    pub fn side(&self) -> Side {
        self.side
    }

    /// Returns the HTTP route; `None` for a gRPC call.
    pub fn route(&self) -> Option<&HttpRoute> {
        self.route.as_ref()
    }

    /// Returns the server that a client calls; `None` on a server.
    pub fn target(&self) -> Option<&Target> {
        self.target.as_deref()
    }

    /// Returns the target as a shared pointer.
    #[cfg(feature = "metrics")]
    pub(crate) fn shared_target(&self) -> Option<&Arc<Target>> {
        self.target.as_ref()
    }

    /// Returns the context that the service trait receives.
    pub fn cx(&self) -> &Context {
        &self.cx
    }

    /// Changes the context, as in `call.change(|cx| cx.with_value(identity))`.
    pub fn change(&mut self, change: impl FnOnce(Context) -> Context) {
        self.cx = change(self.cx.take());
    }

    /// Changes the context, or fails and keeps it, as in `call.try_change(|cx| cx.with_metadata("x-tenant", tenant))?`.
    pub fn try_change(&mut self, change: impl FnOnce(Context) -> Result<Context>) -> Result<()> {
        self.cx = change(self.cx.clone())?;
        Ok(())
    }

    /// Sets the span of the call. At the end of the call, `rpc.response.status_code` is recorded in it, and
    /// `otel.status_code` if the call failed by a fault of this side.
    pub fn set_span(&mut self, span: Span) {
        self.span = span;
    }

    /// Returns the span of the call.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Keeps a value until the call ends, such as a permit.
    pub fn keep(&mut self, value: impl Any + Send + Sync) {
        let kept = self.kept.get_or_insert_default();
        kept.get_mut().unwrap_or_else(PoisonError::into_inner).push(Box::new(value));
    }

    /// Drops the kept values.
    pub(super) fn release(&self) {
        if let Some(kept) = &self.kept {
            drop(std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner)));
        }
    }

    /// Returns the code of a call that its caller abandoned.
    pub(super) fn code_if_abandoned(&self) -> Code {
        let is_late = self.side == Side::Server && self.cx.remaining() == Some(Duration::ZERO);
        if is_late { Code::DeadlineExceeded } else { Code::Cancelled }
    }

    /// Returns the outcome of the call if it ends at `end`.
    pub(super) fn outcome(&self, code: Option<Code>, counts: &Counts, end: Instant) -> Outcome {
        let elapsed = end.saturating_duration_since(self.started);
        Outcome::of_call(code, elapsed, counts, self.route.is_some())
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method.full_name())
            .field("side", &self.side)
            .field("cx", &self.cx)
            .finish_non_exhaustive()
    }
}
