//! A call that reports to its observers.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use tokio::time::Instant;

#[cfg(feature = "client")]
use super::Outcome;
use super::{Call, HttpRoute, Links, Side, outcome::Counts};
#[cfg(any(feature = "adapter", feature = "gateway"))]
use crate::intercept::{
    Stage,
    panic::{catch_panic, is_panic},
};
use crate::{Code, Context, Error, Method, Result, intercept::Observer, intercept::panic::catch_observer_panic};

/// A call that reports its end to the observers once, at the latest when it is dropped.
#[derive(Debug)]
pub(crate) struct ObservedCall {
    shared: triomphe::Arc<SharedCall>,
    has_ended: AtomicBool,
}

/// A call, its interceptors and observers, and its counters.
pub(super) struct SharedCall {
    pub(super) call: Call,
    links: Arc<Links>,
    pub(super) counts: Counts,
}

impl ObservedCall {
    /// Creates a call that began at `start`.
    pub(crate) fn new(
        links: Arc<Links>,
        method: &Method,
        side: Side,
        route: Option<HttpRoute>,
        cx: Context,
        start: Instant,
    ) -> Self {
        let call = Call::new(*method, side, route, links.target.clone(), cx, start);
        let shared = triomphe::Arc::new(SharedCall { call, links, counts: Counts::default() });
        Self { shared, has_ended: AtomicBool::new(false) }
    }

    /// Reports the beginning of the call and runs its interceptors. Returns the time when they finished, which is `start` if
    /// none had to wait.
    pub(super) async fn pass(&mut self, start: Instant) -> Result<Instant> {
        // The call is not shared before it runs; if it were, it must not run without its interceptors.
        let shared = triomphe::Arc::get_mut(&mut self.shared);
        let shared = shared.ok_or_else(|| Error::new(Code::Internal, "the call is running already"))?;
        shared.report_begin();
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

    /// Reports a call that fails before its interceptors run. Panics of its chain are caught, because other calls may share
    /// the task.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn refuse(mut self, code: Code, http_status: u16) {
        let method = *self.shared.call.method();
        if let Err(panic) = catch_panic(&method, || self.correlate()) {
            self.failed(&panic);
        }
        self.shared.counts.answered(http_status);
        self.end(Some(code));
    }

    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn correlate(&mut self) {
        if let Some(shared) = triomphe::Arc::get_mut(&mut self.shared) {
            shared.report_begin();
            shared.correlate();
        }
    }

    /// Reports the outcome of an attempt.
    #[cfg(feature = "client")]
    pub(super) fn attempted(&self, outcome: &Outcome) {
        if !self.has_ended.load(Relaxed) {
            self.shared.report(|observer, call| observer.attempted(call, outcome));
        }
    }

    /// Reports a panic, if the error is one.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(super) fn failed(&self, error: &Error) {
        if is_panic(error) {
            self.shared.report(|observer, call| observer.panicked(call));
        }
    }

    /// Reports the end of the call, now.
    pub(super) fn end(&self, code: Option<Code>) {
        self.ended(code, Instant::now);
    }

    /// Reports the end of the call at a given time.
    pub(super) fn ended(&self, code: Option<Code>, end: impl FnOnce() -> Instant) {
        // Only one task at a time ends a call, so a load and a store replace the costlier swap.
        if !self.has_ended.load(Relaxed) {
            self.has_ended.store(true, Relaxed);
            self.shared.report_end(code, end());
        }
    }

    /// Returns the parts that counters share.
    pub(super) fn shared(&self) -> &triomphe::Arc<SharedCall> {
        &self.shared
    }

    /// Returns the context, as the interceptors left it.
    pub(super) fn cx(&self) -> &Context {
        self.shared.call.cx()
    }
}

impl Drop for ObservedCall {
    fn drop(&mut self) {
        if !*self.has_ended.get_mut() {
            self.end(Some(self.shared.call.code_if_abandoned()));
        }
    }
}

impl SharedCall {
    /// Reports the beginning to the observers, the outermost first.
    fn report_begin(&self) {
        let Self { call, links, .. } = self;
        links.observers.iter().rev().for_each(|observer| {
            catch_observer_panic(call.method().full_name(), || observer.began(call));
        });
    }

    /// Runs the interceptors that identify the call, as far as they need not wait.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    fn correlate(&mut self) {
        let Self { call, links, .. } = self;
        for interceptor in links.interceptors.iter().filter(|it| it.stage() == Stage::Correlation) {
            // The call is refused in any case.
            let _ = interceptor.before_sync(call);
        }
    }

    fn report_end(&self, code: Option<Code>, end: Instant) {
        let outcome = self.call.outcome(code, &self.counts, end);
        outcome.record(self.call.span(), self.call.side());
        self.report(|observer, call| observer.ended(call, &outcome));
        self.call.release();
    }

    fn report(&self, report: impl Fn(&dyn Observer, &Call)) {
        let Self { call, links, .. } = self;
        links.observers.iter().for_each(|observer| {
            catch_observer_panic(call.method().full_name(), || report(&**observer, call));
        });
    }
}

impl fmt::Debug for SharedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.call.fmt(f)
    }
}
