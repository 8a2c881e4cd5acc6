//! Retries by gRFC A6, and transparent retries.

use std::time::Duration;

use super::{
    backoff::{Backoff, jitter},
    budget::Budget,
    failure::{AttemptFailure, Cause},
};
use crate::{Code, Idempotency, Method, Retry, error::Pushback};

/// The waits before a request that was never sent is resent.
const RESEND_WAITS: [Duration; 3] = [Duration::ZERO, Duration::from_millis(25), Duration::from_millis(100)];

/// The wait before a call that waits for its server is sent again.
const READY_WAIT: Duration = Duration::from_millis(500);

/// The limit of gRFC A6.
const MAX_ATTEMPTS: u32 = 5;

/// The policy of a method without side effects that declares none.
pub(crate) const DEFAULT_RETRY: Retry = Retry::new(3);

/// The attempts of one call.
#[derive(Debug)]
pub(crate) struct Retries<'a> {
    policy: Option<RetryState>,
    budget: &'a Budget,
    attempts: u32,
    resends: usize,
    is_refused: bool,
    /// Whether the call waits for a server that cannot be reached.
    waits_for_ready: bool,
}

/// The policy of a call, and its next wait.
#[derive(Debug)]
struct RetryState {
    retry: Retry,
    /// Whether calling twice does no harm. If not, only a server's own `UNAVAILABLE` is retried.
    is_repeatable: bool,
    backoff: Backoff,
}

/// The decision after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RetryDecision {
    /// Make another attempt after this wait.
    Retry(Duration),
    /// Repeat the attempt transparently after this wait, because no server saw it.
    Resend(Duration),
    /// Fail the call.
    Stop,
}

impl<'a> Retries<'a> {
    /// Creates the retries of a call. `is_keyed`: the request carries an idempotency key.
    pub(crate) fn new(method: &Method, is_keyed: bool, budget: &'a Budget) -> Self {
        let is_repeatable = is_repeatable(method, is_keyed);
        let default = (method.idempotency == Idempotency::NoSideEffects).then_some(DEFAULT_RETRY);
        let retry = method.retry.or(default).filter(|_| method.kind.takes_one());
        let policy = retry.map(|retry| RetryState { retry, is_repeatable, backoff: Backoff::new(retry) });
        Self { policy, budget, attempts: 1, resends: 0, is_refused: false, waits_for_ready: false }
    }

    /// Sets whether the call waits for a server that cannot be reached.
    pub(crate) fn waiting_for_ready(self, waits_for_ready: bool) -> Self {
        Self { waits_for_ready, ..self }
    }

    /// Returns the number of attempts before the current one.
    pub(crate) fn previous(&self) -> u32 {
        self.attempts - 1
    }

    /// Decides what follows a failure. `is_whole`: no part of the request was consumed.
    pub(crate) fn after(&mut self, failure: &AttemptFailure, is_whole: bool) -> RetryDecision {
        if !is_whole || failure.committed {
            return RetryDecision::Stop;
        }
        let resend = self.resend(failure.cause).map(RetryDecision::Resend);
        resend.or_else(|| self.retry(failure).map(RetryDecision::Retry)).unwrap_or(RetryDecision::Stop)
    }

    /// Returns the wait before a transparent retry, which does not count as an attempt.
    fn resend(&mut self, cause: Cause) -> Option<Duration> {
        match cause {
            Cause::NeverSent | Cause::ConnectTimeout if self.waits_for_ready => {
                let wait = RESEND_WAITS.get(self.resends).copied().unwrap_or(READY_WAIT);
                self.resends += 1;
                Some(jitter(wait, &mut fastrand::Rng::new()))
            }
            Cause::NeverSent => {
                let wait = *RESEND_WAITS.get(self.resends)?;
                self.resends += 1;
                Some(jitter(wait, &mut fastrand::Rng::new()))
            }
            Cause::Refused if !self.is_refused => {
                self.is_refused = true;
                Some(Duration::ZERO)
            }
            _ => None,
        }
    }

    /// Returns the wait before another attempt, if the policy and the budget allow one.
    fn retry(&mut self, failure: &AttemptFailure) -> Option<Duration> {
        let policy = self.policy.as_mut()?;
        if failure.pushback == Pushback::Stop {
            self.budget.spend();
            return None;
        }
        let is_allowed = policy.covers(failure)
            && self.budget.spend()
            && self.attempts < policy.retry.max_attempts.min(MAX_ATTEMPTS);
        if !is_allowed {
            return None;
        }
        self.attempts += 1;
        Some(policy.wait(failure))
    }
}

impl RetryState {
    fn covers(&self, failure: &AttemptFailure) -> bool {
        let code = failure.error.code();
        // The server may have executed a call whose connection broke.
        let is_harmless = code == Code::Unavailable && failure.cause != Cause::Broken;
        let is_covered = self.retry.covers(code) || failure.cause == Cause::AttemptExpired;
        is_covered && (self.is_repeatable || is_harmless)
    }

    fn wait(&mut self, failure: &AttemptFailure) -> Duration {
        match failure.pushback {
            Pushback::After(wait) => {
                self.backoff.reset();
                wait
            }
            // Callers that failed together do not return together, and not before they should.
            _ => self.backoff.next().max(failure.error.retry_delay().map(spread).unwrap_or_default()),
        }
    }
}

/// Returns whether calling a method twice does no harm.
pub(crate) fn is_repeatable(method: &Method, is_keyed: bool) -> bool {
    is_keyed || method.idempotency != Idempotency::Unknown
}

/// Prolongs a wait by up to a tenth.
fn spread(wait: Duration) -> Duration {
    wait.saturating_add((wait / 10).mul_f64(fastrand::f64()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    const GET: Method = Method::unary("/test.v1.Test/Get");

    fn failure(code: Code) -> AttemptFailure {
        AttemptFailure::new(Cause::Peer, Error::new(code, ""))
    }

    /// Counts the attempts of a call when each fails like this.
    fn attempts(method: Method, keyed: bool, failure: &AttemptFailure) -> u32 {
        let budget = Budget::new();
        let mut retries = Retries::new(&method, keyed, &budget);
        while retries.after(failure, true) != RetryDecision::Stop {}
        retries.previous() + 1
    }

    #[test]
    fn idempotency_and_codes_decide_about_retries() {
        let retry = Retry::new(4).on(&[Code::Unavailable, Code::Internal]);
        let upload = Method::client_streaming("/test.v1.Test/Upload").idempotent();
        for (method, keyed, code, expected) in [
            (GET, false, Code::Unavailable, 1),
            (GET.idempotent(), false, Code::Unavailable, 1),
            (GET.no_side_effects(), false, Code::Unavailable, 3),
            (GET.no_side_effects(), false, Code::Internal, 1),
            (GET.retry(retry), false, Code::Unavailable, 4),
            (GET.retry(retry), false, Code::Internal, 1),
            (GET.retry(retry), true, Code::Internal, 4),
            (GET.retry(retry).idempotent(), false, Code::Internal, 4),
            (GET.retry(retry).no_side_effects(), false, Code::NotFound, 1),
            (GET.retry(Retry::new(99)), false, Code::Unavailable, 5),
            (GET.retry(Retry::new(0)), false, Code::Unavailable, 1),
            (upload.retry(retry), false, Code::Unavailable, 1),
        ] {
            assert_eq!(attempts(method, keyed, &failure(code)), expected, "{method:?} {code}");
        }
    }

    #[test]
    fn a_broken_connection_ends_a_call_that_must_not_be_repeated() {
        let broken = AttemptFailure::new(Cause::Broken, Error::unavailable(""));
        let method = GET.retry(Retry::new(4));
        assert_eq!(attempts(method, false, &broken), 1);
        assert_eq!(attempts(method, true, &broken), 4);
        assert_eq!(attempts(method.idempotent(), false, &broken), 4);
    }

    #[test]
    fn an_attempt_that_expires_is_retried_if_the_method_may_be_repeated() {
        let expired = AttemptFailure::new(Cause::AttemptExpired, Error::deadline_exceeded(""));
        let method = GET.retry(Retry::new(4));
        assert_eq!(attempts(method, false, &expired), 1);
        assert_eq!(attempts(method.idempotent(), false, &expired), 4);
        assert_eq!(attempts(GET.idempotent(), false, &expired), 1, "it has no retry policy");
    }

    #[test]
    fn a_call_that_waits_for_ready_is_resent_without_limit() {
        for cause in [Cause::NeverSent, Cause::ConnectTimeout] {
            let (unsent, budget) = (AttemptFailure::new(cause, Error::unavailable("")), Budget::new());
            let mut retries = Retries::new(&GET, false, &budget).waiting_for_ready(true);
            assert!((0..100).all(|_| matches!(retries.after(&unsent, true), RetryDecision::Resend(_))));
        }
    }

    #[test]
    fn a_committed_call_is_not_retried() {
        let begun = failure(Code::Unavailable).after(crate::Metadata::new());
        assert_eq!(attempts(GET.no_side_effects(), false, &begun), 1);
    }

    #[test]
    fn unsent_requests_are_resent_without_a_policy() {
        let unsent = AttemptFailure::new(Cause::NeverSent, Error::unavailable(""));
        let budget = Budget::new();
        let mut retries = Retries::new(&GET, false, &budget);
        let waits: Vec<_> = std::iter::from_fn(|| match retries.after(&unsent, true) {
            RetryDecision::Resend(wait) => Some(wait),
            _ => None,
        })
        .collect();
        assert_eq!(waits.len(), 3);
        assert_eq!(waits[0], Duration::ZERO);
        assert!(waits[1] < waits[2] && waits[2] <= Duration::from_millis(120));
        assert_eq!(retries.previous(), 0);
        let timeout = AttemptFailure::new(Cause::ConnectTimeout, Error::unavailable(""));
        assert_eq!(
            Retries::new(&GET, false, &budget).after(&timeout, true),
            RetryDecision::Stop,
            "it would take as long again"
        );
    }

    #[test]
    fn refused_requests_are_resent_once() {
        let refused = AttemptFailure::new(Cause::Refused, Error::unavailable(""));
        let budget = Budget::new();
        let mut retries = Retries::new(&GET, false, &budget);
        assert_eq!(retries.after(&refused, true), RetryDecision::Resend(Duration::ZERO));
        assert_eq!(retries.after(&refused, true), RetryDecision::Stop);
        assert_eq!(Retries::new(&GET, false, &budget).after(&refused, false), RetryDecision::Stop);
    }

    #[test]
    fn pushback_sets_the_wait() {
        let budget = Budget::new();
        let method = GET.retry(Retry::new(5).backoff_ms(10, 10_000, 100.0));
        let mut retries = Retries::new(&method, false, &budget);
        let asked = AttemptFailure { pushback: Pushback::After(Duration::from_secs(7)), ..failure(Code::Unavailable) };
        assert!(
            matches!(retries.after(&failure(Code::Unavailable), true), RetryDecision::Retry(wait) if wait.as_millis() < 13)
        );
        assert_eq!(retries.after(&asked, true), RetryDecision::Retry(Duration::from_secs(7)));
        assert!(
            matches!(retries.after(&failure(Code::Unavailable), true), RetryDecision::Retry(wait) if wait.as_millis() < 13)
        );
    }

    #[test]
    fn retry_info_sets_the_least_wait() {
        let budget = Budget::new();
        let mut retries = Retries::new(&GET.no_side_effects(), false, &budget);
        let error = Error::unavailable("").with_retry_delay(Duration::from_secs(9));
        let next = retries.after(&AttemptFailure::new(Cause::Peer, error), true);
        let RetryDecision::Retry(wait) = next else { panic!("{next:?}") };
        assert!((9000..=9900).contains(&wait.as_millis()), "{wait:?}");
    }

    #[test]
    fn a_forbidden_retry_costs_a_token() {
        let budget = Budget::new();
        let refusal = AttemptFailure { pushback: Pushback::Stop, ..failure(Code::Internal) };
        (0..5).for_each(|_| assert_eq!(attempts_with(&budget, &refusal), 1));
        assert_eq!(attempts_with(&budget, &failure(Code::Unavailable)), 1);
    }

    fn attempts_with(budget: &Budget, failure: &AttemptFailure) -> u32 {
        let mut retries = Retries::new(&GET.no_side_effects(), false, budget);
        while retries.after(failure, true) != RetryDecision::Stop {}
        retries.previous() + 1
    }
}
