//! The attempts of a call, within its bulkhead.

use std::{pin::pin, time::Duration};

use tokio::time::{self, Instant};

use super::{
    begin::cancelled_error,
    policy_call::{CallResponse, PolicyCall, record},
    single_attempt::FinishedAttempt,
};
use crate::{
    Result,
    call::run_until::{run_until_cancelled, run_until_deadline},
    client::{
        attempt::waits_for_ready,
        policy::{
            AttemptFailure, CallSlot, Retries, RetryDecision, Sample, TriedEndpoints, is_repeatable, timeout_error,
        },
    },
};

impl PolicyCall<'_> {
    /// Makes attempts, the first of which starts now, until one succeeds or the policies stop.
    pub(in crate::client) async fn run(&self, start: Instant) -> Result<CallResponse> {
        let cx = self.active.cx();
        // An attempt that ends at the deadline of the context is recorded before the call ends with it.
        let response = run_until_cancelled(|| cx.cancelled(), pin!(self.enter(start))).await;
        response.unwrap_or_else(|| Err(cancelled_error(self.method, cx)))
    }

    async fn enter(&self, start: Instant) -> Result<CallResponse> {
        let Some(slot) = self.slot().await? else { return self.repeat(start).await };
        let mut response = self.repeat(Instant::now()).await;
        if let Ok(CallResponse::Many(opened)) = &mut response {
            opened.slot = Some(slot);
        }
        response
    }

    /// Waits for a place in the bulkhead, if there is one, up to the deadline.
    async fn slot(&self) -> Result<Option<CallSlot>> {
        self.body.check_size(self.method)?;
        let Some(limit) = self.client.call_limit(self.method) else { return Ok(None) };
        let entered = match self.deadlines.response {
            Some(deadline) => run_until_deadline(deadline, pin!(limit.enter())).await,
            None => Some(limit.enter().await),
        };
        // A place that comes at the deadline is of no use.
        let entered = entered.filter(|_| self.deadlines.leaves_time_after(Duration::ZERO));
        Ok(Some(entered.ok_or_else(|| timeout_error(self.method))??))
    }

    /// Repeats attempts: at the same time if the method is hedged, or else one after the other.
    async fn repeat(&self, start: Instant) -> Result<CallResponse> {
        let is_unary = self.method.kind.takes_one() && self.method.kind.returns_one();
        let may_hedge = is_unary && is_repeatable(self.method, self.body.is_keyed());
        match self.method.hedge.filter(|_| may_hedge) {
            // Few calls are hedged, and the others need no room for it.
            Some(hedge) => Box::pin(self.hedged_attempts(hedge, start)).await,
            None => self.attempts(start).await,
        }
    }

    async fn attempts(&self, mut start: Instant) -> Result<CallResponse> {
        let waits_for_ready = waits_for_ready(self.method, self.active.cx());
        let retries = Retries::new(self.method, self.body.is_keyed(), self.client.budget(self.method));
        let mut retries = retries.waiting_for_ready(waits_for_ready);
        let mut last: Option<AttemptFailure> = None;
        let tried = TriedEndpoints::default();
        loop {
            let permit = match self.admit(start) {
                Ok(permit) => permit,
                // The server's own error explains more than the open breaker.
                Err(open) => return Err(last.map_or(open, |failure| self.fail(failure))),
            };
            let finished = self.attempt_once(retries.previous(), &tried, start, permit).await;
            let FinishedAttempt { response, permit, end, is_outlier, had_enough_time, .. } = finished;
            let failure = match response {
                Ok(response) => return Ok(self.succeed(permit, response, start, end)),
                Err(failure) => self.body.reclaim(failure),
            };
            let decision = self.decide(&mut retries, &failure);
            // A failure of one endpoint says nothing about a method that others serve.
            let sample = if is_outlier { Sample::Neutral } else { sample(decision, &failure, had_enough_time) };
            record(permit, sample, end);
            let (RetryDecision::Retry(wait) | RetryDecision::Resend(wait)) = decision else {
                return Err(self.fail(failure));
            };
            tracing::debug!(method = self.method.full_name(), error = %failure.error, ?wait, "retrying");
            last = Some(failure);
            time::sleep(wait).await;
            start = Instant::now();
        }
    }

    /// Decides what follows a failure. If no time is left for another attempt, the caller gets the last real error.
    fn decide(&self, retries: &mut Retries<'_>, failure: &AttemptFailure) -> RetryDecision {
        match retries.after(failure, self.body.is_whole()) {
            RetryDecision::Retry(wait) | RetryDecision::Resend(wait) if !self.deadlines.leaves_time_after(wait) => {
                RetryDecision::Stop
            }
            decision => decision,
        }
    }
}

/// Returns the sample for the circuit breaker. A transparent retry says nothing about the server yet.
fn sample(decision: RetryDecision, failure: &AttemptFailure, had_enough_time: bool) -> Sample {
    match decision {
        RetryDecision::Resend(_) => Sample::Neutral,
        RetryDecision::Retry(_) | RetryDecision::Stop => Sample::of(failure, had_enough_time),
    }
}
