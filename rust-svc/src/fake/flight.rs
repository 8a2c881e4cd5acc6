//! A call from its arrival to its end: recorded, counted, and ended when nobody waits for it any more.

use std::{
    future::Future,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use futures::{TryStreamExt, stream};

use crate::{
    CancelGuard, Context, Error, Method, Result, Streaming,
    fake::{Outcome, lock, record::Live},
};

/// A call from its arrival to its end.
pub(super) struct Flight<Q> {
    method: Method,
    /// Which call of its method it is, from 1.
    pub(super) nth: usize,
    pub(super) record: Live<Q>,
    /// The call as the script sees it: cancelled when the flight ends.
    pub(super) cx: Context,
    /// The call as the caller sees it.
    caller: Context,
    outcome: Arc<OnceLock<Outcome>>,
    _lifeline: CancelGuard,
    _seat: Seat,
}

/// How many calls run at once, and how many did at most.
#[derive(Default)]
pub(super) struct Gauge {
    now: AtomicUsize,
    pub(super) max: AtomicUsize,
}

/// One call in a [`Gauge`].
struct Seat(Arc<Gauge>);

impl<Q: Clone + Send + 'static> Flight<Q> {
    pub(super) fn new(method: Method, caller: Context, nth: usize, record: Live<Q>, gauge: &Arc<Gauge>) -> Self {
        let (cx, lifeline) = caller.clone().with_cancel_guard();
        let outcome = lock(&record).outcome.clone();
        Self { method, nth, record, cx, caller, outcome, _lifeline: lifeline, _seat: Seat::new(gauge) }
    }

    /// Records the request.
    pub(super) fn one(&self, request: Q) -> Q {
        lock(&self.record).requests.push(request.clone());
        request
    }

    /// Records each request when it is read.
    pub(super) fn many(&self, requests: Streaming<Q>) -> Streaming<Q> {
        let record = self.record.clone();
        Streaming::new(requests.inspect_ok(move |request| lock(&record).requests.push(request.clone())))
    }

    /// What `work` comes to, unless nobody waits for it any more.
    pub(super) async fn unless_over<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            error = self.over() => Err(error),
            done = work => done,
        }
    }

    /// The end of a call with one answer.
    pub(super) fn finish<R>(self, answer: Result<Box<R>>) -> Result<R> {
        self.end(answer.as_ref().map_or_else(failed, |_| Outcome::Ok));
        answer.map(|answer| *answer)
    }

    /// The rest of a call with a stream of answers.
    pub(super) fn stream<R: Send + 'static>(self, answer: Result<Box<Streaming<R>>>) -> Result<Streaming<R>> {
        match answer {
            Ok(answers) => Ok(Streaming::new(stream::unfold(Some((*answers, self)), next))),
            Err(error) => self.finish(Err(error)),
        }
    }

    fn end(&self, outcome: Outcome) {
        // The first outcome is the outcome.
        let _ = self.outcome.set(outcome);
    }

    async fn over(&self) -> Error {
        self.caller.cancelled().await;
        let method = self.method.full_name();
        match self.caller.remaining() {
            Some(Duration::ZERO) => Error::deadline_exceeded(format!("the deadline of {method} passed")),
            _ => Error::cancelled(format!("the caller of {method} went away")),
        }
    }
}

type Answers<Q, R> = (Streaming<R>, Flight<Q>);

async fn next<Q, R>(answers: Option<Answers<Q, R>>) -> Option<(Result<R>, Option<Answers<Q, R>>)>
where
    Q: Clone + Send + 'static,
    R: Send + 'static,
{
    let (mut answers, flight) = answers?;
    match flight.unless_over(async { answers.next().await.transpose() }).await {
        Ok(Some(answer)) => Some((Ok(answer), Some((answers, flight)))),
        Ok(None) => {
            flight.end(Outcome::Ok);
            None
        }
        Err(error) => {
            flight.end(failed(&error));
            Some((Err(error), None))
        }
    }
}

fn failed(error: &Error) -> Outcome {
    Outcome::Failed(error.code())
}

impl<Q> Drop for Flight<Q> {
    fn drop(&mut self) {
        let _ = self.outcome.set(Outcome::Abandoned);
    }
}

impl Seat {
    fn new(gauge: &Arc<Gauge>) -> Self {
        let now = gauge.now.fetch_add(1, Ordering::Relaxed) + 1;
        gauge.max.fetch_max(now, Ordering::Relaxed);
        Self(gauge.clone())
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::Relaxed);
    }
}
