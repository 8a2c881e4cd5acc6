//! The error of a call that a circuit breaker rejected.

use std::{fmt, time::Duration};

use crate::{Code, Error, types::rpc};

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
        let last_code = open.last_code.map(|code| ("last_code".to_owned(), code.name().to_owned()));
        let breaker = ("breaker".to_owned(), open.method.to_owned());
        let info = rpc::ErrorInfo {
            reason: "CIRCUIT_BREAKER_OPEN".to_owned(),
            domain: "rust-svc".to_owned(),
            metadata: [breaker].into_iter().chain(last_code).collect(),
        };
        let error = Self::unavailable(open.to_string()).with_detail(info).with_source(open);
        match open.retry_in {
            Some(delay) => error.with_retry_delay(delay),
            None => error,
        }
    }
}

impl fmt::Display for CircuitOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "circuit breaker open: {}", self.method)
    }
}

impl std::error::Error for CircuitOpen {}
