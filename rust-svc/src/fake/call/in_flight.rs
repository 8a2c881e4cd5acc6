//! Calls from their arrival to their end.

use std::{
    panic::{self, AssertUnwindSafe},
    pin::pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    thread,
};

use futures::{FutureExt, TryStreamExt, poll, stream};
use tokio::time::Instant;

use super::{
    fake_call::FakeCall,
    fake_core::FakeCore,
    progress::ScriptRun,
    record::{CallEnd, CallOutcome, CallRecord, SharedRecord},
    reporter::FailureReporter,
};
use crate::{
    CancelGuard, Context, Error, Result, Streaming,
    call::Cancellation,
    fake::{
        erased::{AnyMessage, CallMessages},
        lock::lock,
    },
};

/// A call from its arrival to its end: recorded, counted, and ended when its caller leaves or its deadline passes.
pub(in crate::fake) struct InFlightCall {
    /// The number of the call among the calls of its method, from 1.
    nth: usize,
    start: Instant,
    record: SharedRecord,
    end: Arc<OnceLock<CallEnd>>,
    /// The call as the script sees it: cancelled when the call ends.
    pub(in crate::fake) cx: Context,
    /// The deadline and the cancellation of the caller.
    caller: Cancellation,
    pub(in crate::fake) reporter: FailureReporter,
    run: OnceLock<Arc<ScriptRun>>,
    skips_checks: OnceLock<Arc<AtomicBool>>,
    _guard: CancelGuard,
}

/// A call that has arrived.
pub(in crate::fake) struct ArrivedCall {
    /// The number of the call in its session.
    pub(in crate::fake) number: usize,
    /// The number of the call among the calls of its method.
    pub(in crate::fake) nth: usize,
    pub(in crate::fake) record: SharedRecord,
    pub(in crate::fake) end: Arc<OnceLock<CallEnd>>,
}

impl InFlightCall {
    pub(in crate::fake) fn new(fake: Arc<FakeCore>, start: Instant, cx: Context, call: ArrivedCall) -> Self {
        let ArrivedCall { number, nth, record, end } = call;
        fake.gauge.enter();
        let caller = cx.cancellation();
        let (cx, guard) = cx.with_cancel_guard();
        let reporter = FailureReporter { fake, number };
        let (run, skips_checks) = (OnceLock::new(), OnceLock::new());
        Self { nth, start, record, end, cx, caller, reporter, run, skips_checks, _guard: guard }
    }

    /// Returns a copy of the record, so that the test's code runs without its lock.
    pub(in crate::fake) fn record_so_far(&self) -> CallRecord<AnyMessage, AnyMessage> {
        lock(&self.record).clone()
    }

    /// Records the request, or each request of a stream when it is read.
    pub(in crate::fake) fn record(&self, input: CallMessages) -> CallMessages {
        match input {
            CallMessages::Message(request) => {
                lock(&self.record).add(&request);
                CallMessages::Message(request)
            }
            CallMessages::Stream(requests) => {
                let record = self.record.clone();
                CallMessages::Stream(Streaming::new(requests.inspect_ok(move |request| lock(&record).add(request))))
            }
        }
    }

    /// Returns a copy of the only request.
    pub(in crate::fake) fn recorded_request(&self) -> AnyMessage {
        lock(&self.record).request().expect("the only request is recorded first").clone()
    }

    /// Lets the script see messages that violate the contract.
    pub(in crate::fake) fn skip_checks(&self) {
        self.skips_checks.get_or_init(Arc::default).store(true, Ordering::Release);
    }

    /// Returns a function that returns whether the script may see such messages.
    pub(in crate::fake) fn skips_checks(&self) -> impl Fn() -> bool + Send + use<> {
        let skips_checks = self.skips_checks.get_or_init(Arc::default).clone();
        move || skips_checks.load(Ordering::Acquire)
    }

    /// Hands the call to the script at the location of `run`.
    pub(in crate::fake) fn hand_over(&self, run: Arc<ScriptRun>) -> FakeCall<()> {
        self.reporter.fake.running.add(self.reporter.number, run.clone());
        let _ = self.run.set(run.clone());
        FakeCall::new(Box::new(()), self.cx.clone(), self.nth, self.reporter.clone(), run)
    }

    /// Waits for the response, or for the beginning of a stream of responses, which the method's timeout limits.
    pub(in crate::fake) async fn run<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let timeout = self.reporter.fake.method().timeout;
        let limit = timeout.and_then(|timeout| self.start.checked_add(timeout));
        self.run_unless_over(self.caller.clone().or_at(limit), self.start, work).await
    }

    /// Waits for `work`, unless the caller leaves or the deadline passes. A panic of the script is reported and goes on.
    async fn run_unless_over<T>(
        &self,
        caller: Cancellation,
        now: Instant,
        work: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        if caller.is_over(now) {
            return Err(self.end_error(&caller));
        }
        let mut work = pin!(AssertUnwindSafe(work).catch_unwind());
        // Work that is ready at once needs no timer.
        let done = match poll!(work.as_mut()) {
            Poll::Ready(done) => done,
            Poll::Pending => tokio::select! {
                biased;
                () = caller.clone().cancelled() => return Err(self.end_error(&caller)),
                done = work => done,
            },
        };
        done.unwrap_or_else(|panic| {
            let location = self.run.get().map(|run| &run.location);
            self.reporter.panicked(location, &*panic);
            self.run.get().inspect(|run| run.allow_interruption());
            panic::resume_unwind(panic)
        })
    }

    /// Ends a call with one response, or goes on with a call that has a stream of responses.
    pub(in crate::fake) fn finish(self, output: Result<CallMessages>) -> Result<CallMessages> {
        match output {
            Ok(CallMessages::Message(response)) => {
                lock(&self.record).add_response(&response);
                self.end(CallOutcome::Ok, None);
                Ok(CallMessages::Message(response))
            }
            Ok(CallMessages::Stream(responses)) => {
                Ok(CallMessages::Stream(Streaming::new(stream::unfold(Some((responses, self)), next))))
            }
            Err(error) => {
                self.end(failed_outcome(&error), Some(&error));
                Err(error)
            }
        }
    }

    fn end_error(&self, caller: &Cancellation) -> Error {
        let method = self.reporter.fake.method();
        match caller.is_expired(Instant::now()) {
            true => {
                let error = Error::deadline_exceeded(format!("the deadline of {method} passed"));
                self.interrupt("the deadline passed", error)
            }
            false => {
                let error = Error::cancelled(format!("the caller of {method} cancelled the call"));
                self.interrupt("the caller cancelled the call", error)
            }
        }
    }

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
            self.reporter.fake.running.remove(run);
        }
    }
}

type PendingResponses = (Streaming<AnyMessage>, InFlightCall);

async fn next(pending: Option<PendingResponses>) -> Option<(Result<AnyMessage>, Option<PendingResponses>)> {
    let (mut responses, call) = pending?;
    match call.run_unless_over(call.caller.clone(), Instant::now(), async { responses.next().await.transpose() }).await
    {
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

impl Drop for InFlightCall {
    fn drop(&mut self) {
        self.reporter.fake.gauge.leave();
        if self.end.get().is_some() {
            return;
        }
        if !thread::panicking() {
            let _ = self.interrupt("the caller dropped the call", Error::cancelled(""));
        }
        self.end(CallOutcome::Abandoned, None);
    }
}
