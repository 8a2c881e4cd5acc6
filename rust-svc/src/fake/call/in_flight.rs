//! Calls from their arrival to their end.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use futures::{FutureExt, TryStreamExt, stream};
use tokio::time::{self, Instant};

use super::{
    fake_call::FakeCall,
    progress::{RunningScripts, ScriptRun},
    record::{CallEnd, CallOutcome, CallRecord, SharedRecord},
    reporter::FailureReporter,
};
use crate::{CancelGuard, Context, Error, Method, Result, Streaming, fake::lock::lock};

/// A call from its arrival to its end: recorded, counted, and ended when its caller leaves or its deadline passes.
pub(in crate::fake) struct InFlightCall<Q, R> {
    /// The number of the call among the calls of its method, from 1.
    nth: usize,
    method: Method,
    start: Instant,
    record: SharedRecord<Q, R>,
    end: Arc<OnceLock<CallEnd>>,
    /// The call as the script sees it: cancelled when the call ends.
    pub(in crate::fake) cx: Context,
    /// The call as the caller sees it.
    caller: Context,
    pub(in crate::fake) reporter: FailureReporter,
    run: OnceLock<Arc<ScriptRun>>,
    running: Arc<RunningScripts>,
    skips_checks: Arc<AtomicBool>,
    _guard: CancelGuard,
    _permit: InFlightPermit,
}

/// Counts the calls that run at once, and keeps the most.
#[derive(Default)]
pub(in crate::fake) struct ConcurrencyGauge {
    now: AtomicUsize,
    max: AtomicUsize,
}

/// One call in a [`ConcurrencyGauge`].
struct InFlightPermit(Arc<ConcurrencyGauge>);

impl<Q: Clone + Send + 'static, R: Clone + Send + 'static> InFlightCall<Q, R> {
    pub(in crate::fake) fn new(
        method: Method,
        caller: Context,
        nth: usize,
        (record, end): (SharedRecord<Q, R>, Arc<OnceLock<CallEnd>>),
        reporter: FailureReporter,
        (running, gauge): (Arc<RunningScripts>, &Arc<ConcurrencyGauge>),
    ) -> Self {
        let (cx, guard) = caller.clone().with_cancel_guard();
        Self {
            nth,
            method,
            start: Instant::now(),
            record,
            end,
            cx,
            caller,
            reporter,
            run: OnceLock::new(),
            running,
            skips_checks: Arc::default(),
            _guard: guard,
            _permit: InFlightPermit::new(gauge),
        }
    }

    /// Returns a copy of the record, so that the test's code runs without its lock.
    pub(in crate::fake) fn record_so_far(&self) -> CallRecord<Q, R> {
        lock(&self.record).clone()
    }

    /// Records the request.
    pub(in crate::fake) fn record(&self, request: Q) -> Q {
        lock(&self.record).add(&request);
        request
    }

    /// Records each request when it is read.
    pub(in crate::fake) fn record_all(&self, requests: Streaming<Q>) -> Streaming<Q> {
        let record = self.record.clone();
        Streaming::new(requests.inspect_ok(move |request| lock(&record).add(request)))
    }

    /// Lets the script see messages that violate the contract.
    pub(in crate::fake) fn skip_checks(&self) {
        self.skips_checks.store(true, Ordering::Release);
    }

    /// Returns a function that returns whether the script may see such messages.
    pub(in crate::fake) fn skips_checks(&self) -> impl Fn() -> bool + Send + use<Q, R> {
        let skips_checks = self.skips_checks.clone();
        move || skips_checks.load(Ordering::Acquire)
    }

    /// Hands the call to the script at the location of `run`.
    pub(in crate::fake) fn hand_over<M>(&self, request: Box<M>, run: Arc<ScriptRun>) -> FakeCall<M> {
        self.running.add(self.reporter.number, run.clone());
        let _ = self.run.set(run.clone());
        FakeCall::new(request, self.cx.clone(), self.nth, self.reporter.clone(), run)
    }

    /// Waits for the response, or for the beginning of a stream of responses, which the method's timeout limits.
    pub(in crate::fake) async fn run<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let Some(timeout) = self.method.timeout else { return self.run_unless_over(work).await };
        let limited = time::timeout(timeout, self.run_unless_over(work));
        limited.await.unwrap_or_else(|_| Err(self.interrupt("the deadline passed", self.deadline_error())))
    }

    /// Waits for `work`, unless the caller leaves or the deadline passes. A panic of the script is reported and goes on.
    async fn run_unless_over<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let work = AssertUnwindSafe(work).catch_unwind();
        tokio::select! {
            biased;
            () = self.caller.cancelled() => Err(self.end_error()),
            done = work => done.unwrap_or_else(|panic| {
                let location = self.run.get().map(|run| &run.location);
                self.reporter.panicked(location, &*panic);
                self.run.get().inspect(|run| run.allow_interruption());
                panic::resume_unwind(panic)
            }),
        }
    }

    /// Ends a call with one response.
    pub(in crate::fake) fn finish(self, response: Result<Box<R>>) -> Result<R> {
        if let Ok(response) = &response {
            lock(&self.record).add_response(response);
        }
        self.end(response.as_ref().map_or_else(failed_outcome, |_| CallOutcome::Ok), response.as_ref().err());
        response.map(|response| *response)
    }

    /// Goes on with a call that has a stream of responses.
    pub(in crate::fake) fn stream(self, response: Result<Box<Streaming<R>>>) -> Result<Streaming<R>> {
        match response {
            Ok(responses) => Ok(Streaming::new(stream::unfold(Some((*responses, self)), next))),
            Err(error) => self.finish(Err(error)).map(|_| Streaming::empty()),
        }
    }

    fn end_error(&self) -> Error {
        match self.caller.remaining() {
            Some(Duration::ZERO) => self.interrupt("the deadline passed", self.deadline_error()),
            _ => {
                let error = Error::cancelled(format!("the caller of {} cancelled the call", self.method));
                self.interrupt("the caller cancelled the call", error)
            }
        }
    }

    fn deadline_error(&self) -> Error {
        Error::deadline_exceeded(format!("the deadline of {} passed", self.method))
    }
}

impl<Q, R> InFlightCall<Q, R> {
    /// Reports the script, if it was cut short.
    fn interrupt(&self, why: &str, error: Error) -> Error {
        if let Some(run) = self.run.get().filter(|run| !run.is_complete()) {
            self.reporter.cut_short(run, why);
            run.allow_interruption();
        }
        error
    }

    fn end(&self, outcome: CallOutcome, error: Option<&Error>) {
        // The first end counts.
        if self.end.set(CallEnd { outcome, error: error.cloned(), elapsed: self.start.elapsed() }).is_ok()
            && let Some(run) = self.run.get()
        {
            self.running.remove(self.reporter.number, run);
        }
    }
}

type PendingResponses<Q, R> = (Streaming<R>, InFlightCall<Q, R>);

async fn next<Q, R>(pending: Option<PendingResponses<Q, R>>) -> Option<(Result<R>, Option<PendingResponses<Q, R>>)>
where
    Q: Clone + Send + 'static,
    R: Clone + Send + 'static,
{
    let (mut responses, call) = pending?;
    match call.run_unless_over(async { responses.next().await.transpose() }).await {
        Ok(Some(response)) => {
            call.run.get().inspect(|run| run.read());
            lock(&call.record).add_response(&response);
            Some((Ok(response), Some((responses, call))))
        }
        Ok(None) => {
            call.end(CallOutcome::Ok, None);
            None
        }
        Err(error) => {
            call.end(failed_outcome(&error), Some(&error));
            Some((Err(error), None))
        }
    }
}

fn failed_outcome(error: &Error) -> CallOutcome {
    CallOutcome::Failed(error.code())
}

impl<Q, R> Drop for InFlightCall<Q, R> {
    fn drop(&mut self) {
        if self.end.get().is_none() && !thread::panicking() {
            let _ = self.interrupt("the caller dropped the call", Error::cancelled(""));
        }
        self.end(CallOutcome::Abandoned, None);
    }
}

impl ConcurrencyGauge {
    /// Returns the most calls that ran at once.
    pub(in crate::fake) fn max(&self) -> usize {
        self.max.load(Ordering::Relaxed)
    }

    /// Forgets the most, but not the calls that run.
    pub(in crate::fake) fn reset(&self) {
        self.max.store(self.now.load(Ordering::Relaxed), Ordering::Relaxed);
    }
}

impl InFlightPermit {
    fn new(gauge: &Arc<ConcurrencyGauge>) -> Self {
        let now = gauge.now.fetch_add(1, Ordering::Relaxed) + 1;
        gauge.max.fetch_max(now, Ordering::Relaxed);
        Self(gauge.clone())
    }
}

impl Drop for InFlightPermit {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}
