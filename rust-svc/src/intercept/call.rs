//! A call, as interceptors and observers see it.

use std::{
    any::Any,
    borrow::Cow,
    fmt,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU16, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;
use tracing::Span;
use triomphe::Arc;

use super::Target;
#[cfg(feature = "client")]
use crate::observe::TraceContext;
use crate::{Code, Context, Method, Result, observe::names};

/// A call that is under way.
pub struct Call {
    method: Method,
    side: Side,
    cx: Context,
    started: Instant,
    span: Span,
    route: Option<HttpRoute>,
    target: Option<Arc<Target>>,
    /// What is dropped when the call ends, if there is anything.
    kept: Option<Mutex<Vec<Box<dyn Any + Send + Sync>>>>,
}

/// What is counted while a call is under way.
#[derive(Debug, Default)]
pub(super) struct Counts {
    sent: AtomicU64,
    received: AtomicU64,
    /// What the caller was told, if it is not what the code says; zero until then.
    http_status: AtomicU16,
}

impl Counts {
    /// So many messages were sent by this side.
    pub(super) fn sent(&self, messages: u64) {
        add(&self.sent, messages);
    }

    /// A message was received by this side.
    pub(super) fn received(&self) {
        add(&self.received, 1);
    }

    /// The caller is told this status of HTTP.
    pub(super) fn answered(&self, status: u16) {
        self.http_status.store(status, Relaxed);
    }
}

/// A call is sent, and received, by one task at a time: two steps do what one would that stops all other cores.
fn add(count: &AtomicU64, messages: u64) {
    count.store(count.load(Relaxed) + messages, Relaxed);
}

/// Which end of a call this process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// It answers, over gRPC or HTTP.
    Server,
    /// It calls.
    Client,
}

impl Side {
    /// True if a call that fails with this code counts as a fault of this side.
    pub(crate) fn is_to_blame_for(self, code: Code) -> bool {
        use Code::{DataLoss, DeadlineExceeded, Internal, Unavailable, Unimplemented, Unknown};
        let is_of_server =
            matches!(code, Unknown | DeadlineExceeded | Unimplemented | Internal | Unavailable | DataLoss);
        self == Self::Client || is_of_server
    }
}

/// How a call came over HTTP and JSON, in the words of OpenTelemetry: no text in it is the caller's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct HttpRoute {
    /// The method of HTTP, [`OTHER`](crate::observe::names::OTHER) if it is none that is known.
    pub method: &'static str,
    /// The template of the path, such as `/v1/users/{user_id}`; empty if there is no route for the path.
    pub template: &'static str,
    /// `http`; `https` if the caller says so, as those do who speak HTTP/2.
    pub scheme: &'static str,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Why it failed, `None` if it did not. A call that nobody waited for is [`Code::Cancelled`], or on a server
    /// [`Code::DeadlineExceeded`] if its deadline had passed.
    pub code: Option<Code>,
    /// How long it took, from its head to its last byte; of an attempt, to the beginning of its answer if that streams.
    pub elapsed: Duration,
    /// How many messages this side has sent.
    pub sent: u64,
    /// How many messages this side has received, whole and well formed.
    pub received: u64,
    /// The status of HTTP, if the call came over HTTP and JSON; 499 if nobody waited for it.
    pub http_status: Option<u16>,
    /// Of an attempt that is traced, the number of its span.
    pub attempt: Option<u64>,
    /// Of an attempt, how many others of the call came before it; those after which the server had seen nothing of the call
    /// do not count.
    pub previous_attempts: u32,
}

impl Call {
    /// A call that has begun.
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

    /// The method that is called.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Which end of the call this is.
    pub fn side(&self) -> Side {
        self.side
    }

    /// The route of the call if it came over HTTP and JSON; `None` if it is of gRPC.
    pub fn route(&self) -> Option<&HttpRoute> {
        self.route.as_ref()
    }

    /// The server that a client calls; `None` on a server.
    pub fn target(&self) -> Option<&Target> {
        self.target.as_deref()
    }

    /// The same, to keep.
    #[cfg(feature = "metrics")]
    pub(crate) fn shared_target(&self) -> Option<&Arc<Target>> {
        self.target.as_ref()
    }

    /// The context, as the service trait gets it.
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

    /// Runs the call in this span. When the call ends, `rpc.response.status_code` is recorded in it, and
    /// `otel.status_code` if the call failed by a fault of this side.
    pub fn set_span(&mut self, span: Span) {
        self.span = span;
    }

    /// The span that the call runs in.
    pub fn span(&self) -> &Span {
        &self.span
    }

    /// Keeps a value until the call ends, such as the permit that it holds.
    pub fn keep(&mut self, value: impl Any + Send + Sync) {
        let kept = self.kept.get_or_insert_default();
        kept.get_mut().unwrap_or_else(PoisonError::into_inner).push(Box::new(value));
    }

    /// Drops what was kept until the call ends.
    pub(super) fn release(&self) {
        if let Some(kept) = &self.kept {
            drop(std::mem::take(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner)));
        }
    }

    /// Why nobody waits for the call any more.
    pub(super) fn unawaited(&self) -> Code {
        let is_late = self.side == Side::Server && self.cx.remaining() == Some(Duration::ZERO);
        if is_late { Code::DeadlineExceeded } else { Code::Cancelled }
    }

    /// The outcome of the call if it ended then.
    pub(super) fn outcome(&self, code: Option<Code>, counts: &Counts, end: Instant) -> Outcome {
        let (sent, received) = (counts.sent.load(Relaxed), counts.received.load(Relaxed));
        let answered = Some(counts.http_status.load(Relaxed)).filter(|status| *status != 0);
        let status = || answered.unwrap_or_else(|| code.map_or(200, Code::http_status));
        Outcome {
            code,
            elapsed: end.saturating_duration_since(self.started),
            sent,
            received,
            http_status: self.route.map(|_| status()),
            attempt: None,
            previous_attempts: 0,
        }
    }
}

impl Outcome {
    /// Whether it is a fault of this side, by OpenTelemetry: for a client each failure is, for a server what its caller
    /// is not to blame for.
    pub fn is_fault(&self, side: Side) -> bool {
        // Some statuses of HTTP are more precise than the code.
        let is_of_caller = self.http_status.is_some_and(|status| (400..500).contains(&status));
        self.code.is_some_and(|code| side.is_to_blame_for(code)) && !(side == Side::Server && is_of_caller)
    }

    /// What an attempt came to.
    #[cfg(feature = "client")]
    pub(super) fn of_attempt(attempt: &super::Attempt, code: Option<Code>, end: Instant) -> Self {
        let (elapsed, span) = (end.saturating_duration_since(attempt.started), attempt.place().map(TraceContext::span));
        let previous_attempts = attempt.previous;
        Self { code, elapsed, sent: 0, received: 0, http_status: None, attempt: span, previous_attempts }
    }

    /// Writes it down in a span.
    pub(super) fn record(&self, span: &Span, side: Side) {
        if span.is_disabled() {
            return;
        }
        span.record(names::STATUS, self.status());
        if let Some(status) = self.http_status {
            span.record(names::HTTP_STATUS, status);
        }
        if self.is_fault(side) {
            span.record("otel.status_code", "ERROR");
            span.record(names::ERROR_TYPE, &*self.error_type());
        }
    }

    /// What kind of fault it is, in the words of OpenTelemetry.
    pub(crate) fn error_type(&self) -> Cow<'static, str> {
        self.http_status.map_or(self.status().into(), |status| status.to_string().into())
    }

    /// The name of the code, `OK` if the call did not fail.
    pub fn status(&self) -> &'static str {
        self.code.map_or("OK", Code::name)
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
