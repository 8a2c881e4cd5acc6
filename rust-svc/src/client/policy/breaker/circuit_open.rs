//! The error of a call that a circuit breaker rejected.

use std::{fmt, time::Duration};

use tokio::time::Instant;

use crate::{
    Any, Code, Error,
    client::policy::backoff::jitter,
    error::{Described, Pushback},
    types::rpc,
};

/// The source of the error of a call that a circuit breaker rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CircuitOpen {
    /// The full name of the method.
    pub method: &'static str,
    /// How long calls will fail immediately, if that is known.
    pub retry_in: Option<Duration>,
    /// The code of the last failure, if there was one.
    pub last_code: Option<Code>,
}

/// `UNAVAILABLE` with `google.rpc.ErrorInfo` and `google.rpc.RetryInfo`.
impl From<CircuitOpen> for Error {
    fn from(open: CircuitOpen) -> Self {
        let error = Self::described(Code::Unavailable, open);
        match open.retry_in {
            // Callers that were rejected together must not return together.
            Some(delay) => error.with_retry_delay(delay + jitter(delay / 10, &mut fastrand::Rng::new())),
            None => error.without_retry(),
        }
    }
}

impl Described for CircuitOpen {
    fn details(&self) -> Vec<Any> {
        let last_code = self.last_code.map(|code| ("last_code".to_owned(), code.name().to_owned()));
        let breaker = ("breaker".to_owned(), self.method.to_owned());
        let info = rpc::ErrorInfo {
            reason: "CIRCUIT_BREAKER_OPEN".to_owned(),
            domain: "rust-svc".to_owned(),
            metadata: [breaker].into_iter().chain(last_code).collect(),
        };
        vec![Any::pack(info)]
    }
}

impl CircuitOpen {
    /// Returns the error for a caller that waits until `deadline`. If it serves a caller itself, its answer tells that
    /// caller when to retry: when the breaker admits calls, or not at all if that is too late.
    pub(crate) fn until(self, deadline: Option<Instant>) -> Error {
        let error = Error::from(self);
        let Some(delay) = error.retry_delay() else { return error };
        let is_too_late = deadline.is_some_and(|deadline| Instant::now() + delay >= deadline);
        error.with_pushback(if is_too_late { Pushback::Stop } else { Pushback::After(delay) })
    }
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker open: {}", self.method)
    }
}

impl std::error::Error for CircuitOpen {}
