//! Interceptors and observers in their order.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use futures::future::Either;
use tokio::time::Instant;
use tracing::Span;

#[cfg(feature = "client")]
use super::{Attempt, BreakerStateChange, Outcome, attempted::AttemptGuard};
use super::{Call, HttpRoute, Interceptor, Observer, Side, Target, call::Counts, panicked::told};
#[cfg(any(feature = "adapter", feature = "gateway"))]
use super::{
    Stage,
    panicked::{caught, is_panic},
};
use crate::{Code, Context, Error, Method, Result};

/// Interceptors and observers, to be given to servers and clients. It is cheap to clone.
#[derive(Clone, Default)]
pub struct Chain(Arc<Links>);

#[derive(Clone, Default)]
struct Links {
    interceptors: Vec<Arc<dyn Interceptor>>,
    observers: Vec<Arc<dyn Observer>>,
    /// The server that is called, if these are around the calls of one client.
    target: Option<triomphe::Arc<Target>>,
}

impl Chain {
    /// Nothing around a call.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same and one more interceptor. It runs after the others of its stage.
    pub fn intercept(mut self, interceptor: impl Interceptor) -> Self {
        let interceptors = &mut Arc::make_mut(&mut self.0).interceptors;
        interceptors.push(Arc::new(interceptor));
        interceptors.sort_by_key(|interceptor| interceptor.stage());
        self
    }

    /// The same and one more observer. It is around those that were added before.
    pub fn observe(mut self, observer: impl Observer) -> Self {
        Arc::make_mut(&mut self.0).observers.push(Arc::new(observer));
        self
    }

    /// All of these, and then all of `other`.
    pub fn merge(mut self, other: Self) -> Self {
        let Links { interceptors, observers, .. } = Arc::unwrap_or_clone(other.0);
        let links = Arc::make_mut(&mut self.0);
        links.interceptors.extend(interceptors);
        links.interceptors.sort_by_key(|interceptor| interceptor.stage());
        links.observers.extend(observers);
        self
    }

    /// The same around the calls of a client of this server.
    #[cfg(feature = "client")]
    pub(crate) fn calling(mut self, target: triomphe::Arc<Target>) -> Self {
        Arc::make_mut(&mut self.0).target = Some(target);
        self
    }

    /// Opens a call that came in at `start`; no interceptor has seen it yet.
    pub(crate) fn open(
        self,
        method: &Method,
        side: Side,
        route: Option<HttpRoute>,
        cx: Context,
        start: Instant,
    ) -> PendingCall {
        match self.is_empty() {
            true => PendingCall(Either::Left(cx)),
            false => PendingCall(Either::Right(self.begun(method, side, route, cx, start))),
        }
    }

    /// Tells the observers of a call to this process that failed before an interceptor could refuse it.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn refused(&self, method: &Method, route: Option<HttpRoute>, cx: Context, code: Code) {
        self.clone().begun(method, Side::Server, route, cx, Instant::now()).refuse(code, 0);
    }

    /// The same of a request over HTTP whose caller is told another status than its code says.
    #[cfg(feature = "gateway")]
    pub(crate) fn refused_with(&self, method: &Method, route: HttpRoute, cx: Context, code: Code, status: u16) {
        self.clone().begun(method, Side::Server, Some(route), cx, Instant::now()).refuse(code, status);
    }

    fn begun(self, method: &Method, side: Side, route: Option<HttpRoute>, cx: Context, start: Instant) -> ObservedCall {
        let call = Call::new(*method, side, route, self.0.target.clone(), cx, start);
        let shared = triomphe::Arc::new(Shared { call, links: self.0, counts: Counts::default() });
        ObservedCall { shared, has_ended: AtomicBool::new(false) }
    }

    /// Tells the observers that the circuit breaker of a method is in another state.
    #[cfg(feature = "client")]
    pub(crate) fn breaker_state_changed(&self, change: &BreakerStateChange) {
        let observers = self.0.observers.iter();
        observers.for_each(|observer| told(change.method(), || observer.breaker_state_changed(change)));
    }

    /// True if nothing is around a call.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.interceptors.is_empty() && self.0.observers.is_empty()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Links { interceptors, observers, .. } = &*self.0;
        let stages: Vec<_> = interceptors.iter().map(|interceptor| interceptor.stage()).collect();
        f.debug_struct("Chain").field("interceptors", &stages).field("observers", &observers.len()).finish()
    }
}

/// A call that is about to begin. If it is dropped, nobody waited for it.
pub(crate) struct PendingCall(Either<Context, ObservedCall>);

impl PendingCall {
    /// Tells the observers that the call begins, and lets the interceptors look at it; gives when they had done so, which
    /// is `start` if none of them had to wait. An error of one of them has been told to the observers.
    pub(crate) async fn pass(&mut self, start: Instant) -> Result<Instant> {
        let Either::Right(begun) = &mut self.0 else { return Ok(start) };
        let passed = begun.pass(start).await;
        passed.inspect_err(|error| begun.end(Some(error.code())))
    }

    /// The call failed before all interceptors had let it pass.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn failed(&self, error: &Error) {
        if let Either::Right(begun) = &self.0 {
            begun.failed(error);
            begun.end(Some(error.code()));
        }
    }

    /// Nobody waits any more for the interceptors.
    #[cfg(feature = "client")]
    pub(crate) fn end(&self, code: Code) {
        if let Either::Right(begun) = &self.0 {
            begun.end(Some(code));
        }
    }

    /// The context, as the interceptors have left it so far.
    #[cfg(any(feature = "adapter", feature = "client"))]
    pub(crate) fn cx(&self) -> &Context {
        cx(&self.0)
    }

    /// The call, which has passed.
    pub(crate) fn run(self) -> ActiveCall {
        ActiveCall(self.0)
    }
}

/// A call that has passed, which must be told how it ends. If it is dropped untold, nobody waited for it.
#[derive(Debug)]
pub(crate) struct ActiveCall(Either<Context, ObservedCall>);

#[cfg_attr(
    not(all(feature = "adapter", feature = "client", feature = "gateway")),
    allow(dead_code, reason = "each way of calling uses its part")
)]
impl ActiveCall {
    /// A call with nothing around it.
    pub(crate) fn alone(cx: Context) -> Self {
        Self(Either::Left(cx))
    }

    /// The context, as the interceptors have left it.
    pub(crate) fn cx(&self) -> &Context {
        cx(&self.0)
    }

    /// The span that the call runs in.
    pub(crate) fn span(&self) -> Span {
        self.begun().map_or_else(Span::none, |begun| begun.shared.call.span().clone())
    }

    /// Counts the messages of the call, for as long as it is under way.
    pub(crate) fn counter(&self) -> Counter {
        Counter(self.begun().map(|begun| begun.shared.clone()))
    }

    /// The caller is told this status of HTTP, whatever the code.
    pub(crate) fn answered(&self, status: u16) {
        if let Some(begun) = self.begun() {
            begun.shared.counts.answered(status);
        }
    }

    /// So many messages were sent by this side.
    pub(crate) fn sent(&self, messages: u64) {
        if let Some(begun) = self.begun() {
            begun.shared.counts.sent(messages);
        }
    }

    /// A message was received by this side.
    pub(crate) fn received(&self) {
        if let Some(begun) = self.begun() {
            begun.shared.counts.received();
        }
    }

    /// An attempt of the call that begins after so many others.
    #[cfg(feature = "client")]
    pub(crate) fn attempt(&self, previous: u32, start: Instant) -> AttemptGuard<'_> {
        AttemptGuard::of(self, Attempt::begin(self.cx(), previous, start))
    }

    /// An attempt of the call ended then; `None` if it did not fail.
    #[cfg(feature = "client")]
    pub(super) fn attempted(&self, attempt: &Attempt, code: Option<Code>, end: Instant) {
        let outcome = Outcome::of_attempt(attempt, code, end);
        outcome.record(&attempt.span, Side::Client);
        if let Some(begun) = self.begun() {
            begun.attempted(&outcome);
        }
    }

    /// The call fails with this error.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn failed(&self, error: &Error) {
        if let Some(begun) = self.begun() {
            begun.failed(error);
        }
    }

    /// The call ended; `None` if it did not fail. What is told after that is not heard.
    pub(crate) fn end(&self, code: Option<Code>) {
        if let Some(begun) = self.begun() {
            begun.end(code);
        }
    }

    /// The same of a call that ended then: to ask for the time takes some.
    #[cfg(feature = "client")]
    pub(crate) fn ended(&self, code: Option<Code>, end: Instant) {
        if let Some(begun) = self.begun() {
            begun.ended(code, || end);
        }
    }

    fn begun(&self) -> Option<&ObservedCall> {
        match &self.0 {
            Either::Left(_) => None,
            Either::Right(begun) => Some(begun),
        }
    }
}

/// Counts the messages of a call. It does not keep the call from ending.
#[derive(Debug, Default)]
pub(crate) struct Counter(Option<triomphe::Arc<Shared>>);

#[cfg_attr(
    not(all(feature = "adapter", feature = "client", feature = "gateway")),
    allow(dead_code, reason = "each way of calling uses its part")
)]
impl Counter {
    /// So many messages were sent by this side.
    pub(crate) fn sent(&self, messages: u64) {
        if let Some(shared) = &self.0 {
            shared.counts.sent(messages);
        }
    }

    /// A message was received by this side.
    pub(crate) fn received(&self) {
        if let Some(shared) = &self.0 {
            shared.counts.received();
        }
    }
}

/// A call of which the observers are told once that it ended, at the latest when this is dropped.
#[derive(Debug)]
struct ObservedCall {
    shared: triomphe::Arc<Shared>,
    has_ended: AtomicBool,
}

/// A call that has begun, and what is around it.
struct Shared {
    call: Call,
    links: Arc<Links>,
    counts: Counts,
}

impl ObservedCall {
    async fn pass(&mut self, start: Instant) -> Result<Instant> {
        // Nobody else has it before it runs; a call that could not be looked at must not run.
        let shared = triomphe::Arc::get_mut(&mut self.shared);
        let shared = shared.ok_or_else(|| Error::new(Code::Internal, "the call runs already"))?;
        shared.began();
        let mut end = start;
        for interceptor in &shared.links.interceptors {
            match interceptor.before_sync(&mut shared.call) {
                Some(passed) => passed?,
                None => {
                    interceptor.before(&mut shared.call).await?;
                    end = Instant::now();
                }
            }
        }
        Ok(end)
    }

    /// Tells the observers of a call that came no further, whoever panics about it: others may share its task.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn refuse(mut self, code: Code, status: u16) {
        let method = *self.shared.call.method();
        if let Err(panic) = caught(&method, || self.correlate()) {
            self.failed(&panic);
        }
        self.shared.counts.answered(status);
        self.end(Some(code));
    }

    /// Gives the call what it is known by.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn correlate(&mut self) {
        if let Some(shared) = triomphe::Arc::get_mut(&mut self.shared) {
            shared.began();
            shared.correlate();
        }
    }

    #[cfg(feature = "client")]
    fn attempted(&self, outcome: &Outcome) {
        if !self.has_ended.load(Relaxed) {
            self.shared.tell(|observer, call| observer.attempted(call, outcome));
        }
    }

    /// Tells the observers if the error was a panic.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn failed(&self, error: &Error) {
        if is_panic(error) {
            self.shared.tell(|observer, call| observer.panicked(call));
        }
    }

    fn end(&self, code: Option<Code>) {
        self.ended(code, Instant::now);
    }

    fn ended(&self, code: Option<Code>, end: impl FnOnce() -> Instant) {
        // A call is ended by one task at a time: two steps do what one would that stops all other cores.
        if !self.has_ended.load(Relaxed) {
            self.has_ended.store(true, Relaxed);
            self.shared.ended(code, end());
        }
    }
}

impl Drop for ObservedCall {
    fn drop(&mut self) {
        if !*self.has_ended.get_mut() {
            self.end(Some(self.shared.call.unawaited()));
        }
    }
}

impl Shared {
    fn began(&self) {
        let Self { call, links, .. } = self;
        links.observers.iter().rev().for_each(|observer| told(call.method().full_name(), || observer.began(call)));
    }

    /// Gives the call what it is known by, as far as that need not wait.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn correlate(&mut self) {
        let Self { call, links, .. } = self;
        for interceptor in links.interceptors.iter().filter(|it| it.stage() == Stage::Correlation) {
            // The call has been refused already.
            let _ = interceptor.before_sync(call);
        }
    }

    fn ended(&self, code: Option<Code>, end: Instant) {
        let outcome = self.call.outcome(code, &self.counts, end);
        outcome.record(self.call.span(), self.call.side());
        self.tell(|observer, call| observer.ended(call, &outcome));
        self.call.release();
    }

    fn tell(&self, tell: impl Fn(&dyn Observer, &Call)) {
        let Self { call, links, .. } = self;
        links.observers.iter().for_each(|observer| told(call.method().full_name(), || tell(&**observer, call)));
    }
}

fn cx(call: &Either<Context, ObservedCall>) -> &Context {
    match call {
        Either::Left(cx) => cx,
        Either::Right(begun) => begun.shared.call.cx(),
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
