//! Decisions about a call: deadlines, retries and circuit breakers. They are pure: no policy does I/O.

mod backoff;
mod breaker;
mod budget;
mod bulkhead;
mod deadline;
mod failure;
mod latency;
#[cfg(feature = "measured")]
mod measured;
mod outlier;
mod retry;
mod shard;
mod sync;
mod window;

#[cfg(feature = "measured")]
pub use self::measured::{MeasuredBreaker, MeasuredHealth};
pub(crate) use self::{
    breaker::{BreakerPermit, BreakerTransition, Sample, StreamSampler, is_mid_stream_failure},
    budget::Budget,
    bulkhead::{CallLimit, CallSlot},
    deadline::{CallDeadlines, declared_deadline, explain_cancellation, timeout_error},
    failure::{AttemptFailure, Cause},
    latency::RecentLatency,
    outlier::{EndpointAttempt, EndpointResult, Endpoints, MethodHealth, TriedEndpoints},
    retry::{DEFAULT_RETRY, Retries, RetryDecision, is_repeatable},
};
pub use self::{
    breaker::{BreakerSnapshot, CircuitBreaker, CircuitOpen},
    bulkhead::BulkheadFull,
};
