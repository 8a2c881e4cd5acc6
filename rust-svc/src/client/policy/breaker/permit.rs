//! The permission for one call through a circuit breaker.

use std::sync::Arc;

use tokio::time::Instant;

use super::{circuit_breaker::CircuitBreaker, circuit_open::CircuitOpen, sample::Sample};
use crate::Code;

/// The permission for one call. Dropped without [`record`](Self::record), it is not counted.
#[derive(Debug)]
pub(crate) struct BreakerPermit<'a> {
    breaker: &'a Arc<CircuitBreaker>,
    epoch: u64,
    is_recorded: bool,
}

impl<'a> BreakerPermit<'a> {
    /// Admits a call, or reports why it is rejected.
    pub(crate) fn acquire(breaker: &'a Arc<CircuitBreaker>) -> Result<Self, CircuitOpen> {
        Ok(Self { epoch: breaker.admit()?, breaker, is_recorded: false })
    }

    /// Counts the call, which ended just now.
    pub(crate) fn record(mut self, sample: Sample, now: Instant) {
        self.is_recorded = true;
        self.breaker.record(self.epoch, sample, now);
    }

    /// Returns a handle that counts failures of a stream after its call was counted as a success.
    pub(crate) fn sampler(&self) -> StreamSampler {
        StreamSampler { breaker: self.breaker.clone(), epoch: self.epoch }
    }
}

impl Drop for BreakerPermit<'_> {
    fn drop(&mut self) {
        if !self.is_recorded {
            let sample = if std::thread::panicking() { Sample::Failure(Code::Internal) } else { Sample::Neutral };
            self.breaker.record(self.epoch, sample, Instant::now());
        }
    }
}

/// Counts failures of a stream after it was opened.
#[derive(Debug)]
pub(crate) struct StreamSampler {
    breaker: Arc<CircuitBreaker>,
    epoch: u64,
}

impl StreamSampler {
    pub(crate) fn add_failure(&self, code: Code) {
        self.breaker.add_failure(self.epoch, code);
    }
}
