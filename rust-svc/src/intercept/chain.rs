//! Interceptors and observers in their order.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use tracing::Span;

#[cfg(feature = "client")]
use super::{Attempted, Outcome};
use super::{Call, Interceptor, Observer, Side};
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
    pub(crate) async fn begin(&self, method: Method, side: Side, cx: Context) -> Result<(Context, Running)> {
        if self.is_empty() {
            return Ok((cx, Running::default()));
        }
        let mut open = Open { call: Call::new(method, side, cx), links: self.0.clone(), is_told: false };
        let passed = open.pass().await;
        let passed = passed.inspect_err(|error| open.end(Some(error.code())));
        passed.map(|cx| (cx, Running(Some(Arc::new(Mutex::new(Some(open)))))))
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
pub(crate) struct Running(Option<Arc<Mutex<Option<Open>>>>);

impl Running {
    /// The span that the call runs in.
    pub(crate) fn span(&self) -> Span {
        self.open(|open| open.call.span().clone()).unwrap_or_else(Span::none)
    }

    /// An attempt of the call that ended; `None` if it did not fail.
    #[cfg(feature = "client")]
    pub(crate) fn attempted(&self, attempt: &Attempted, code: Option<Code>) {
        let outcome = Outcome { code, elapsed: attempt.started.elapsed() };
        outcome.record(&attempt.span, Side::Client);
        self.open(|open| open.attempted(&outcome));
    }

    /// Looks at the call, unless it has ended or nothing is around it.
    fn open<T>(&self, look: impl FnOnce(&Open) -> T) -> Option<T> {
        let open = self.0.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().map(look)
    }

    /// The call ended; `None` if it did not fail. What is told after that is not heard.
    pub(crate) fn end(&self, code: Option<Code>) {
        let open = self.0.as_ref().and_then(|open| open.lock().unwrap_or_else(PoisonError::into_inner).take());
        if let Some(mut open) = open {
            open.end(code);
        }
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
        self.links.observers.iter().rev().for_each(|observer| observer.began(&self.call));
        for interceptor in &self.links.interceptors {
            interceptor.before(&mut self.call).await?;
        }
        Ok(self.call.cx().clone())
    }

    #[cfg(feature = "client")]
    fn attempted(&self, outcome: &Outcome) {
        self.links.observers.iter().for_each(|observer| observer.attempted(&self.call, outcome));
    }

    fn end(&mut self, code: Option<Code>) {
        self.is_told = true;
        let outcome = self.call.outcome(code);
        outcome.record(self.call.span(), self.call.side());
        self.links.observers.iter().for_each(|observer| observer.ended(&self.call, &outcome));
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if !self.is_told {
            self.end(Some(Code::Cancelled));
        }
    }
}

impl fmt::Debug for Open {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
