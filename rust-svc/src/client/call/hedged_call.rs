//! Attempts that run at the same time, the first success of which counts (gRFC A6).

use futures::{StreamExt, stream::FuturesUnordered};
use tokio::time::{Instant, sleep_until};

use super::{
    policy_call::{CallResponse, PolicyCall, record},
    single_attempt::FinishedAttempt,
};
use crate::{
    Error, Hedge, Result,
    client::policy::{AttemptFailure, BreakerPermit, Budget, Cause, Sample, TriedEndpoints},
    error::Pushback,
};

/// The attempts that a hedged call may still make.
struct Hedging<'a> {
    policy: Hedge,
    budget: &'a Budget,
    made: u32,
    /// The time of the next attempt; `None` if there is none.
    next: Option<Instant>,
}

impl PolicyCall<'_> {
    /// Starts attempts one after the other, the first of them now, until one succeeds or fails for good. The others are
    /// cancelled then.
    pub(super) async fn hedged_attempts(&self, policy: Hedge, start: Instant) -> Result<CallResponse> {
        let mut hedging = Hedging { policy, budget: self.client.budget(self.method), made: 0, next: Some(start) };
        let (tried, mut running) = (TriedEndpoints::default(), FuturesUnordered::new());
        let mut last = None;
        loop {
            let next = hedging.next;
            tokio::select! {
                Some(finished) = running.next(), if !running.is_empty() => {
                    match self.finish(finished, &mut hedging) {
                        Ok(response) => return Ok(response),
                        Err((failure, true)) => return Err(self.fail(failure)),
                        Err((failure, false)) => last = Some(self.fail(failure)),
                    }
                }
                () = sleep_until(next.unwrap_or(start)), if next.is_some() => match self.hedge(&mut hedging) {
                    Ok(Some((previous, now, permit))) => {
                        running.push(self.attempt_once(previous, &tried, now, permit));
                    }
                    Ok(None) => (),
                    Err(open) => last = last.or(Some(open)),
                },
            }
            if let Some(error) = last.take_if(|_| running.is_empty() && hedging.next.is_none()) {
                return Err(error);
            }
        }
    }

    /// Prepares the next attempt, unless the budget or the circuit breaker forbids it.
    fn hedge(&self, hedging: &mut Hedging<'_>) -> Result<Option<(u32, Instant, Option<BreakerPermit<'_>>)>, Error> {
        let now = Instant::now();
        let Some(previous) = hedging.begin(now) else { return Ok(None) };
        match self.admit(now) {
            // The losers are cancelled, which says nothing about the server.
            Ok(permit) => Ok(Some((previous, now, permit.map(BreakerPermit::without_time)))),
            Err(open) => {
                hedging.next = None;
                Err(open)
            }
        }
    }

    /// Counts an attempt that has ended. Returns its failure, and whether it ends the call.
    fn finish(
        &self,
        finished: FinishedAttempt<'_>,
        hedging: &mut Hedging<'_>,
    ) -> Result<CallResponse, (AttemptFailure, bool)> {
        let FinishedAttempt { response, permit, start, end, is_outlier, had_enough_time } = finished;
        match response {
            Ok(response) => Ok(self.succeed(permit, response, start, end)),
            Err(failure) => {
                let failure = self.body.reclaim(failure);
                let sample = if is_outlier { Sample::Neutral } else { Sample::of(&failure, had_enough_time) };
                record(permit, sample, end);
                let is_fatal = hedging.is_fatal(&failure, end);
                Err((failure, is_fatal))
            }
        }
    }
}

impl Hedging<'_> {
    /// Begins an attempt and plans the next one. Returns the number of attempts before it; `None` if the budget is used up.
    fn begin(&mut self, now: Instant) -> Option<u32> {
        let previous = self.made;
        if previous > 0 && !self.budget.allows_attempt() {
            self.next = None;
            return None;
        }
        self.made += 1;
        self.next = Some(now + self.policy.delay).filter(|_| self.made < self.policy.max_attempts);
        Some(previous)
    }

    /// Returns whether a failure ends the call. If not, the next attempt starts at once, or when the server allows.
    fn is_fatal(&mut self, failure: &AttemptFailure, now: Instant) -> bool {
        let is_unseen = matches!(failure.cause, Cause::NeverSent | Cause::Refused);
        let is_harmless = self.policy.covers(failure.error.code()) || is_unseen;
        if failure.committed || !is_harmless {
            return true;
        }
        if !is_unseen {
            self.budget.spend();
        }
        let next = match failure.pushback {
            Pushback::None => Some(now),
            Pushback::After(wait) => now.checked_add(wait),
            Pushback::Stop => None,
        };
        self.next = next.filter(|_| self.made < self.policy.max_attempts);
        false
    }
}
