//! Whether a call is tried again, and when: gRFC A6, and what is safe without any policy.

use std::time::Duration;

use super::{
    backoff::{Backoff, jitter},
    budget::Budget,
    failure::{Cause, Failure, Pushback},
};
use crate::{Code, Idempotency, Method, Retry};

/// The waits before a request that never left is sent again.
const UNSENT_WAITS: [Duration; 3] = [Duration::ZERO, Duration::from_millis(25), Duration::from_millis(100)];

/// gRFC A6 allows no more.
const MAX_ATTEMPTS: u32 = 5;

/// What a method that changes nothing gets if it declares nothing.
const HARMLESS: Retry = Retry::attempts(3);

/// The attempts of one call.
#[derive(Debug)]
pub(crate) struct Retries<'a> {
    policy: Option<Policy>,
    budget: &'a Budget,
    attempts: u32,
    unsent: usize,
    refused: bool,
}

#[derive(Debug)]
struct Policy {
    retry: Retry,
    /// True if calling twice does no harm. If not, only what says that it did nothing is tried again.
    harmless: bool,
    backoff: Backoff,
}

/// What happens after an attempt that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// Another attempt after this wait.
    Attempt(Duration),
    /// The same attempt once more after this wait, because the server has not seen it.
    Resend(Duration),
    /// The call has failed.
    Stop,
}

impl<'a> Retries<'a> {
    /// `keyed`: the request carries an idempotency key.
    pub(crate) fn new(method: &Method, keyed: bool, budget: &'a Budget) -> Self {
        let harmless = keyed || method.idempotency != Idempotency::Unknown;
        let default = (method.idempotency == Idempotency::NoSideEffects).then_some(HARMLESS);
        let retry = method.retry.or(default).filter(|_| method.kind.takes_one());
        let policy = retry.map(|retry| Policy { retry, harmless, backoff: Backoff::new(retry) });
        Self { policy, budget, attempts: 1, unsent: 0, refused: false }
    }

    /// How many attempts were made before the current one.
    pub(crate) fn previous(&self) -> u32 {
        self.attempts - 1
    }

    /// What to do after a failure; `resendable`: the request is still whole.
    pub(crate) fn after(&mut self, failure: &Failure, resendable: bool) -> Next {
        if !resendable || failure.committed {
            return Next::Stop;
        }
        match self.resend(failure.cause).map(Next::Resend).or_else(|| self.attempt(failure).map(Next::Attempt)) {
            Some(next) => next,
            None => Next::Stop,
        }
    }

    /// Transparent retry: what the server has not seen is no attempt.
    fn resend(&mut self, cause: Cause) -> Option<Duration> {
        match cause {
            Cause::NeverSent => {
                let wait = *UNSENT_WAITS.get(self.unsent)?;
                self.unsent += 1;
                Some(jitter(wait, &mut fastrand::Rng::new()))
            }
            Cause::Refused if !self.refused => {
                self.refused = true;
                Some(Duration::ZERO)
            }
            _ => None,
        }
    }

    fn attempt(&mut self, failure: &Failure) -> Option<Duration> {
        let policy = self.policy.as_mut()?;
        if failure.pushback == Pushback::Stop {
            self.budget.spend();
            return None;
        }
        let may = policy.covers(failure.error.code())
            && self.budget.spend()
            && self.attempts < policy.retry.max_attempts.min(MAX_ATTEMPTS);
        if !may {
            return None;
        }
        self.attempts += 1;
        Some(policy.wait(failure))
    }
}

impl Policy {
    fn covers(&self, code: Code) -> bool {
        self.retry.covers(code) && (self.harmless || code == Code::Unavailable)
    }

    fn wait(&mut self, failure: &Failure) -> Duration {
        match failure.pushback {
            Pushback::After(wait) => {
                self.backoff.reset();
                wait
            }
            _ => self.backoff.next().max(failure.error.retry_delay().unwrap_or_default()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    const GET: Method = Method::unary("/test.v1.Test/Get");

    fn failure(code: Code) -> Failure {
        Failure::new(Cause::Peer, Error::new(code, ""))
    }

    /// How many attempts are made when each fails like this.
    fn attempts(method: Method, keyed: bool, failure: &Failure) -> u32 {
        let budget = Budget::new();
        let mut retries = Retries::new(&method, keyed, &budget);
        while retries.after(failure, true) != Next::Stop {}
        retries.previous() + 1
    }

    #[test]
    fn who_is_tried_again() {
        let retry = Retry::attempts(4).on(&[Code::Unavailable, Code::Internal]);
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
            (GET.retry(Retry::attempts(99)), false, Code::Unavailable, 5),
            (GET.retry(Retry::attempts(0)), false, Code::Unavailable, 1),
            (upload.retry(retry), false, Code::Unavailable, 1),
        ] {
            assert_eq!(attempts(method, keyed, &failure(code)), expected, "{method:?} {code}");
        }
    }

    #[test]
    fn an_answer_that_has_begun_is_final() {
        let begun = failure(Code::Unavailable).after(crate::Metadata::new());
        assert_eq!(attempts(GET.no_side_effects(), false, &begun), 1);
    }

    #[test]
    fn what_was_never_sent_is_sent_again_whatever_the_policy() {
        let unsent = Failure::new(Cause::NeverSent, Error::unavailable(""));
        let budget = Budget::new();
        let mut retries = Retries::new(&GET, false, &budget);
        let waits: Vec<_> = std::iter::from_fn(|| match retries.after(&unsent, true) {
            Next::Resend(wait) => Some(wait),
            _ => None,
        })
        .collect();
        assert_eq!(waits.len(), 3);
        assert_eq!(waits[0], Duration::ZERO);
        assert!(waits[1] < waits[2] && waits[2] <= Duration::from_millis(120));
        assert_eq!(retries.previous(), 0);
        let silent = Failure::new(Cause::Silent, Error::unavailable(""));
        assert_eq!(Retries::new(&GET, false, &budget).after(&silent, true), Next::Stop, "it would take as long again");
    }

    #[test]
    fn what_was_refused_is_sent_again_once() {
        let refused = Failure::new(Cause::Refused, Error::unavailable(""));
        let budget = Budget::new();
        let mut retries = Retries::new(&GET, false, &budget);
        assert_eq!(retries.after(&refused, true), Next::Resend(Duration::ZERO));
        assert_eq!(retries.after(&refused, true), Next::Stop);
        assert_eq!(Retries::new(&GET, false, &budget).after(&refused, false), Next::Stop);
    }

    #[test]
    fn the_server_sets_the_wait() {
        let budget = Budget::new();
        let method = GET.retry(Retry::attempts(5).backoff_ms(10, 10_000, 100.0));
        let mut retries = Retries::new(&method, false, &budget);
        let asked = Failure { pushback: Pushback::After(Duration::from_secs(7)), ..failure(Code::Unavailable) };
        assert!(
            matches!(retries.after(&failure(Code::Unavailable), true), Next::Attempt(wait) if wait.as_millis() < 13)
        );
        assert_eq!(retries.after(&asked, true), Next::Attempt(Duration::from_secs(7)));
        assert!(
            matches!(retries.after(&failure(Code::Unavailable), true), Next::Attempt(wait) if wait.as_millis() < 13)
        );
    }

    #[test]
    fn a_detail_of_the_error_sets_the_least_wait() {
        let budget = Budget::new();
        let mut retries = Retries::new(&GET.no_side_effects(), false, &budget);
        let error = Error::unavailable("").with_retry_delay(Duration::from_secs(9));
        let next = retries.after(&Failure::new(Cause::Peer, error), true);
        assert_eq!(next, Next::Attempt(Duration::from_secs(9)));
    }

    #[test]
    fn a_server_that_says_no_costs_a_token() {
        let budget = Budget::new();
        let refusal = Failure { pushback: Pushback::Stop, ..failure(Code::Internal) };
        (0..5).for_each(|_| assert_eq!(attempts_with(&budget, &refusal), 1));
        assert_eq!(attempts_with(&budget, &failure(Code::Unavailable)), 1);
    }

    fn attempts_with(budget: &Budget, failure: &Failure) -> u32 {
        let mut retries = Retries::new(&GET.no_side_effects(), false, budget);
        while retries.after(failure, true) != Next::Stop {}
        retries.previous() + 1
    }
}
