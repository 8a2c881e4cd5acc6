//! The meaning of an attempt for a circuit breaker.

use crate::{
    Code,
    client::policy::failure::{AttemptFailure, Cause},
};

/// The unit that a circuit breaker counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sample {
    /// The server responded, with whatever status.
    Success,
    /// The server failed.
    Failure(Code),
    /// The server responded, but later than the policy of the breaker allows.
    Slow,
    /// The attempt says nothing about the server.
    Neutral,
}

impl Sample {
    /// Classifies a failed attempt. `had_full_timeout`: it had enough time for a response.
    pub(crate) fn of(failure: &AttemptFailure, had_full_timeout: bool) -> Self {
        if failure.cause == Cause::Local {
            return Self::Neutral;
        }
        match failure.error.code() {
            Code::Cancelled => Self::Neutral,
            // A short inherited deadline must not count against a healthy server.
            Code::DeadlineExceeded if !had_full_timeout => Self::Neutral,
            code if is_failure(code) => Self::Failure(code),
            _ => Self::Success,
        }
    }
}

/// Returns whether a code means that the server failed. The others are responses to a bad request.
fn is_failure(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable
            | Code::Internal
            | Code::Unknown
            | Code::DataLoss
            | Code::ResourceExhausted
            | Code::DeadlineExceeded
    )
}

/// Returns whether the end of a stream that had begun well counts as a failure.
pub(crate) fn is_mid_stream_failure(failure: &AttemptFailure) -> bool {
    failure.cause != Cause::Local && matches!(failure.error.code(), Code::Unavailable | Code::Internal | Code::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn sample(code: Code, cause: Cause, had_full_timeout: bool) -> Sample {
        Sample::of(&AttemptFailure::new(cause, Error::new(code, "")), had_full_timeout)
    }

    #[test]
    fn codes_are_successes_failures_or_neutral() {
        let failures = [2, 4, 8, 13, 14, 15];
        for number in 1..=16 {
            let code = Code::from_number(number).expect("a code");
            let expected = match number {
                1 => Sample::Neutral,
                _ if failures.contains(&number) => Sample::Failure(code),
                _ => Sample::Success,
            };
            assert_eq!(sample(code, Cause::Peer, true), expected, "{code}");
            assert_eq!(sample(code, Cause::Local, true), Sample::Neutral, "{code}");
        }
    }

    #[test]
    fn an_expired_deadline_counts_only_after_the_full_timeout() {
        assert_eq!(sample(Code::DeadlineExceeded, Cause::Peer, false), Sample::Neutral);
        assert_eq!(sample(Code::Unavailable, Cause::NeverSent, false), Sample::Failure(Code::Unavailable));
    }
}
