//! What an attempt says about the health of a method.

use crate::{
    Code,
    client::failure::{Cause, Failure},
};

/// What a circuit breaker counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The server is alive, whatever it answered.
    Success,
    /// The server did not do its part.
    Failure(Code),
    /// Nothing can be said.
    Neutral,
}

impl Outcome {
    /// The outcome of an attempt that failed. `fair`: it had enough time for an answer.
    pub(crate) fn of(failure: &Failure, fair: bool) -> Self {
        if failure.cause == Cause::Local {
            return Self::Neutral;
        }
        match failure.error.code() {
            Code::Cancelled => Self::Neutral,
            // Callers in a hurry must not make a healthy server look ill.
            Code::DeadlineExceeded if !fair => Self::Neutral,
            code if is_failure(code) => Self::Failure(code),
            _ => Self::Success,
        }
    }
}

/// True for the codes that mean that the server did not do its part; the others are its answer to a bad request.
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

/// True if the end of a stream that had begun well counts against the method.
pub(crate) fn is_mid_stream_failure(failure: &Failure) -> bool {
    failure.cause != Cause::Local && matches!(failure.error.code(), Code::Unavailable | Code::Internal | Code::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;

    fn outcome(code: Code, cause: Cause, fair: bool) -> Outcome {
        Outcome::of(&Failure::new(cause, Error::new(code, "")), fair)
    }

    #[test]
    fn each_code() {
        let failures = [2, 4, 8, 13, 14, 15];
        for number in 1..=16 {
            let code = Code::from_number(number).expect("a code");
            let expected = match number {
                1 => Outcome::Neutral,
                _ if failures.contains(&number) => Outcome::Failure(code),
                _ => Outcome::Success,
            };
            assert_eq!(outcome(code, Cause::Peer, true), expected, "{code}");
            assert_eq!(outcome(code, Cause::Local, true), Outcome::Neutral, "{code}");
        }
    }

    #[test]
    fn a_deadline_counts_only_if_there_was_time() {
        assert_eq!(outcome(Code::DeadlineExceeded, Cause::Peer, false), Outcome::Neutral);
        assert_eq!(outcome(Code::Unavailable, Cause::NeverSent, false), Outcome::Failure(Code::Unavailable));
    }
}
