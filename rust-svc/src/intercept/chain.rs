//! Interceptors and observers in their order.

use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError, Weak,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tracing::Span;

#[cfg(feature = "client")]
use super::{Attempted, Outcome};
use super::{Call, HttpRoute, Interceptor, Observer, Side, call::Counts};
use crate::{Code, Context, Method, Result};

/// Interceptors and observers, to be given to servers and clients. It is cheap to clone.
#[derive(Clone, Default)]
pub struct Chain(Arc<Links>);

#[derive(Clone, Default)]
struct Links {
    interceptors: Vec<Arc<dyn Interceptor>>,
    observers: Vec<Arc<dyn Observer>>,
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
        let Links { interceptors, observers } = Arc::unwrap_or_clone(other.0);
        let links = Arc::make_mut(&mut self.0);
        links.interceptors.extend(interceptors);
        links.interceptors.sort_by_key(|interceptor| interceptor.stage());
        links.observers.extend(observers);
        self
    }

    /// Begins a call: what the interceptors made of its context, and what must be told how the call ends. An error of an
    /// interceptor has been told to the observers.
    pub(crate) async fn begin(
        &self,
        method: &Method,
        side: Side,
        route: Option<HttpRoute>,
        cx: Context,
    ) -> Result<(Context, Running)> {
        if self.is_empty() {
            return Ok((cx, Running::default()));
        }
        let mut open = self.open(method, side, route, cx);
        match open.pass().await {
            Ok(cx) => Ok((cx, Running::of(open))),
            Err(error) => {
                open.end(Some(error.code()), &Counts::default());
                Err(error)
            }
        }
    }

    /// Tells the observers of a call to this process that failed before an interceptor saw it.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn refused(&self, method: &Method, route: Option<HttpRoute>, cx: Context, code: Code) {
        self.tell(self.open(method, Side::Server, route, cx), code, 0);
    }

    /// The same of a request over HTTP whose caller is told another status than its code says.
    #[cfg(feature = "gateway")]
    pub(crate) fn refused_with(&self, method: &Method, route: HttpRoute, code: Code, status: u16) {
        self.tell(self.open(method, Side::Server, Some(route), Context::new()), code, status);
    }

    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn tell(&self, mut open: Open, code: Code, status: u16) {
        open.began();
        open.end(Some(code), &Counts { http_status: status.into(), ..Counts::default() });
    }

    fn open(&self, method: &Method, side: Side, route: Option<HttpRoute>, cx: Context) -> Open {
        Open { call: Call::new(*method, side, route, cx), links: self.0.clone(), is_told: false }
    }

    /// Tells the observers that the circuit breaker of a method is in another state.
    #[cfg(feature = "client")]
    pub(crate) fn breaker_moved(&self, method: &'static str, state: crate::client::State) {
        self.0.observers.iter().for_each(|observer| observer.breaker_moved(method, state));
    }

    /// True if nothing is around a call.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.interceptors.is_empty() && self.0.observers.is_empty()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Links { interceptors, observers } = &*self.0;
        let stages: Vec<_> = interceptors.iter().map(|interceptor| interceptor.stage()).collect();
        f.debug_struct("Chain").field("interceptors", &stages).field("observers", &observers.len()).finish()
    }
}

/// What must be told how a call ends. If all clones of it are dropped untold, nobody waited for the call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Running(Option<Arc<Shared>>);

#[derive(Debug)]
struct Shared {
    open: Mutex<Option<Open>>,
    counts: Counts,
}

#[cfg_attr(
    not(all(feature = "adapter", feature = "client", feature = "gateway")),
    allow(dead_code, reason = "each way of calling uses its part")
)]
impl Running {
    fn of(open: Open) -> Self {
        Self(Some(Arc::new(Shared { open: Mutex::new(Some(open)), counts: Counts::default() })))
    }

    /// The span that the call runs in.
    pub(crate) fn span(&self) -> Span {
        self.open(|open| open.call.span().clone()).unwrap_or_else(Span::none)
    }

    /// Counts the messages of the call, for as long as it is under way.
    pub(crate) fn counter(&self) -> Counter {
        Counter(self.0.as_ref().map(Arc::downgrade).unwrap_or_default())
    }

    /// The caller is told this status of HTTP, whatever the code.
    pub(crate) fn answered(&self, status: u16) {
        if let Some(shared) = &self.0 {
            shared.counts.http_status.store(status, Relaxed);
        }
    }

    /// An attempt of the call that ended; `None` if it did not fail.
    #[cfg(feature = "client")]
    pub(crate) fn attempted(&self, attempt: &Attempted, code: Option<Code>) {
        let outcome = Outcome::of_attempt(attempt, code);
        outcome.record(&attempt.span, Side::Client);
        self.open(|open| open.attempted(&outcome));
    }

    /// Looks at the call, unless it has ended or nothing is around it.
    fn open<T>(&self, look: impl FnOnce(&Open) -> T) -> Option<T> {
        let open = self.0.as_ref()?.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(look)
    }

    /// The call ended; `None` if it did not fail. What is told after that is not heard.
    pub(crate) fn end(&self, code: Option<Code>) {
        if let Some(shared) = &self.0 {
            shared.end(code);
        }
    }
}

/// Counts the messages of a call. It does not keep the call from ending.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counter(Weak<Shared>);

impl Counter {
    /// A message was sent by this side.
    pub(crate) fn sent(&self) {
        self.count(|counts| &counts.sent);
    }

    /// A message was received by this side.
    pub(crate) fn received(&self) {
        self.count(|counts| &counts.received);
    }

    fn count(&self, of: impl FnOnce(&Counts) -> &AtomicU64) {
        if let Some(shared) = self.0.upgrade() {
            of(&shared.counts).fetch_add(1, Relaxed);
        }
    }
}

impl Shared {
    fn end(&self, code: Option<Code>) {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(mut open) = open {
            open.end(code, &self.counts);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.end(Some(Code::Cancelled));
    }
}

/// A call that has begun.
struct Open {
    call: Call,
    links: Arc<Links>,
    is_told: bool,
}

impl Open {
    async fn pass(&mut self) -> Result<Context> {
        self.began();
        for interceptor in &self.links.interceptors {
            interceptor.before(&mut self.call).await?;
        }
        Ok(self.call.cx().clone())
    }

    fn began(&self) {
        self.links.observers.iter().rev().for_each(|observer| observer.began(&self.call));
    }

    #[cfg(feature = "client")]
    fn attempted(&self, outcome: &Outcome) {
        self.links.observers.iter().for_each(|observer| observer.attempted(&self.call, outcome));
    }

    fn end(&mut self, code: Option<Code>, counts: &Counts) {
        self.is_told = true;
        let outcome = self.call.outcome(code, counts);
        outcome.record(self.call.span(), self.call.side());
        self.links.observers.iter().for_each(|observer| observer.ended(&self.call, &outcome));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_told {
            self.end(Some(Code::Cancelled), &Counts::default());
        }
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
