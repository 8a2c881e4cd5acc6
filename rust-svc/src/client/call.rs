//! A call through its policies.

use std::pin::pin;

use tokio::time::{self, Instant};
use tracing::Instrument;

use super::{
    Shared,
    attempt::{Answer, ClientAttempt, Opened, Received},
    breaker::{Outcome, Permit},
    deadline::{self, Deadlines},
    failure::Failure,
    requests::Requests,
    retry::{Next, Retries},
};
use crate::{
    Context, Error, Method, Result,
    call::run_until::run_until_cancelled,
    intercept::{ActiveCall, Attempt},
};

impl Shared {
    /// Makes the call from now on, which is `start`, as often as its policies allow.
    pub(crate) async fn call(
        &self,
        method: &Method,
        requests: &Requests,
        running: &ActiveCall,
        deadlines: Deadlines,
        start: Instant,
    ) -> Result<Answer> {
        let cx = running.cx();
        let call = Call { client: self, method, requests, running, deadlines };
        // An attempt that ends at the deadline of the context must be counted before the call ends with it.
        let answer = run_until_cancelled(|| cx.cancelled(), pin!(call.run(start))).await;
        answer.unwrap_or_else(|| Err(ended(method, cx)))
    }
}

/// The error of a call for which nobody waits any more.
pub(crate) fn ended(method: &Method, cx: &Context) -> Error {
    if cx.remaining().is_some_and(|remaining| remaining.is_zero()) {
        return deadline::exceeded(method);
    }
    Error::cancelled(format!("the caller of {} went away", method.full_name()))
}

struct Call<'a> {
    client: &'a Shared,
    method: &'a Method,
    requests: &'a Requests,
    running: &'a ActiveCall,
    deadlines: Deadlines,
}

impl Call<'_> {
    async fn run(&self, mut start: Instant) -> Result<Answer> {
        let mut retries = Retries::new(self.method, self.requests.is_keyed(), &self.client.budget);
        let mut last: Option<Failure> = None;
        loop {
            let permit = match self.admit() {
                Ok(permit) => permit,
                // What the server said is worth more than that it is not asked again.
                Err(open) => return Err(last.map_or(open, |failure| self.fail(failure))),
            };
            let mut attempting = self.running.attempt(retries.previous(), start);
            let received = {
                let attempt = self.attempt(attempting.seen());
                let attempt = pin!(attempt.run());
                self.deadlines.within(self.method, pin!(attempt.instrument(attempting.seen().span()))).await
            };
            let end = Instant::now();
            attempting.ended(received.as_ref().err().map(|failure| failure.error.code()), end);
            let failure = match received {
                Ok(received) => return Ok(self.succeed(permit, received, end)),
                Err(failure) => self.requests.take_back(failure),
            };
            let next = self.next(&mut retries, &failure);
            let fair = self.deadlines.is_fair(start);
            record(permit, outcome(next, &failure, fair), end);
            let (Next::Attempt(wait) | Next::Resend(wait)) = next else { return Err(self.fail(failure)) };
            tracing::debug!(method = self.method.full_name(), error = %failure.error, ?wait, "trying again");
            last = Some(failure);
            time::sleep(wait).await;
            start = Instant::now();
        }
    }

    /// `None` if the method has no breaker.
    fn admit(&self) -> Result<Option<Permit<'_>>> {
        let breaker = self.client.breaker(self.method);
        Ok(breaker.map(|breaker| breaker.admit()).transpose()?)
    }

    fn attempt<'a>(&'a self, seen: &'a Attempt) -> ClientAttempt<'a> {
        let Self { client, method, requests, running, deadlines } = *self;
        ClientAttempt { client, method, cx: running.cx(), requests, deadline: deadlines.whole, seen }
    }

    /// An attempt that would come too late is none; the caller then gets the last real error.
    fn next(&self, retries: &mut Retries<'_>, failure: &Failure) -> Next {
        match retries.after(failure, self.requests.is_whole()) {
            Next::Attempt(wait) | Next::Resend(wait) if !self.deadlines.leaves_time_after(wait) => Next::Stop,
            next => next,
        }
    }

    fn succeed(&self, permit: Option<Permit<'_>>, received: Received, end: Instant) -> Answer {
        self.client.budget.refill();
        match received {
            Received::One { headers, message, trailers } => {
                record(permit, Outcome::Success, end);
                self.running.cx().receive_headers(headers);
                self.running.cx().receive_trailers(trailers);
                Answer::One(message, end)
            }
            Received::Many { headers, messages } => {
                let sampler = permit.as_ref().map(Permit::sampler);
                record(permit, Outcome::Success, end);
                self.running.cx().receive_headers(headers);
                Answer::Many(Opened { messages, sampler, deadline: self.deadlines.whole })
            }
        }
    }

    fn fail(&self, failure: Failure) -> Error {
        if let Some(headers) = failure.headers {
            self.running.cx().receive_headers(headers);
        }
        self.running.cx().receive_trailers(failure.error.metadata().clone());
        failure.error
    }
}

/// What is sent once more is no attempt, and so says nothing yet.
fn outcome(next: Next, failure: &Failure, fair: bool) -> Outcome {
    match next {
        Next::Resend(_) => Outcome::Neutral,
        Next::Attempt(_) | Next::Stop => Outcome::of(failure, fair),
    }
}

fn record(permit: Option<Permit<'_>>, outcome: Outcome, end: Instant) {
    if let Some(permit) = permit {
        permit.record(outcome, end);
    }
}
