//! The permission for one call through a circuit breaker.

use std::sync::Arc;

use tokio::time::Instant;

use super::{circuit_breaker::CircuitBreaker, circuit_open::CircuitOpen, sample::Sample, state_machine::is_closed};
use crate::{Code, client::policy::latency::RecentLatency};

/// The permission for one call. Dropped without [`record`](Self::record), it counts only if the call took much longer
/// than others: its caller did not wait for a server that hangs.
#[derive(Debug)]
pub(crate) struct BreakerPermit<'a> {
    breaker: &'a Arc<CircuitBreaker>,
    epoch: u64,
    start: Instant,
    /// How long calls take of late, if the time of the call is that of its server.
    latency: Option<&'a RecentLatency>,
    is_recorded: bool,
}

impl<'a> BreakerPermit<'a> {
    /// Admits a call that starts now, or reports why it is rejected.
    pub(crate) fn acquire(
        breaker: &'a Arc<CircuitBreaker>,
        start: Instant,
        latency: Option<&'a RecentLatency>,
    ) -> Result<Self, CircuitOpen> {
        Ok(Self { epoch: breaker.admit()?, breaker, start, latency, is_recorded: false })
    }

    /// Ignores how long the call takes: it is cancelled when another one succeeds.
    pub(crate) fn without_time(mut self) -> Self {
        self.latency = None;
        self
    }

    /// Counts the call, which ended just now.
    pub(crate) fn record(mut self, sample: Sample, now: Instant) {
        self.count(sample, now);
    }

    /// Counts a stream as a success that was quiet for a while, if it is a probe: it may be quiet for hours. Its end does
    /// not count then.
    pub(crate) fn record_quiet(&mut self, now: Instant) {
        if self.is_probe() {
            self.count(Sample::Success, now);
        }
    }

    /// Returns whether the call probes a breaker that is half open.
    pub(crate) fn is_probe(&self) -> bool {
        !is_closed(self.epoch)
    }

    #[cfg(test)]
    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Returns a handle that counts failures of a stream after its call was counted as a success.
    pub(crate) fn sampler(&self) -> StreamSampler {
        StreamSampler { breaker: self.breaker.clone(), epoch: self.epoch }
    }

    fn count(&mut self, sample: Sample, now: Instant) {
        if !std::mem::replace(&mut self.is_recorded, true) {
            let elapsed = self.latency.map(|_| now.saturating_duration_since(self.start));
            self.breaker.record(self.epoch, self.breaker.classify(sample, elapsed), now);
        }
    }

    /// Returns the sample of a call that is dropped before its end.
    fn abandoned(&self, now: Instant) -> Sample {
        let elapsed = now.saturating_duration_since(self.start);
        match self.latency {
            _ if std::thread::panicking() => Sample::Failure(Code::Internal),
            Some(latency) if latency.is_exceeded_by(elapsed) => Sample::Failure(Code::DeadlineExceeded),
            _ => Sample::Neutral,
        }
    }
}

impl Drop for BreakerPermit<'_> {
    fn drop(&mut self) {
        if !self.is_recorded {
            let now = Instant::now();
            self.count(self.abandoned(now), now);
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
