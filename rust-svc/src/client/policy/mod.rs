//! Decisions about a call: deadlines, retries and circuit breakers. They are pure: no policy does I/O.

mod backoff;
mod breaker;
mod budget;
mod deadline;
mod failure;
mod outlier;
mod retry;
mod window;

pub use self::breaker::{BreakerSnapshot, CircuitBreaker, CircuitOpen};
pub(crate) use self::{
    breaker::{BreakerPermit, BreakerTransition, Sample, StreamSampler, is_mid_stream_failure},
    budget::Budget,
    deadline::{CallDeadlines, declared_deadline, explain_cancellation, timeout_error},
    failure::{AttemptFailure, Cause, Pushback},
    outlier::{EndpointAttempt, EndpointResult, Endpoints, MethodHealth, TriedEndpoints},
    retry::{Retries, RetryDecision},
};
