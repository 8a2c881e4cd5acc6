//! The outcomes of one method at each endpoint.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    time::Duration,
};

/// A result is slow if it took this many times what calls take at other endpoints, and this much longer.
const SLOW_FACTOR: u32 = 5;
const SLOW_FLOOR: Duration = Duration::from_millis(20);

/// The outcomes of one method at each endpoint of a client.
#[derive(Debug)]
pub(crate) struct MethodHealth(Box<[MethodAtEndpoint]>);

#[derive(Debug, Default)]
struct MethodAtEndpoint {
    /// Whether the last call succeeded.
    has_succeeded: AtomicBool,
    /// The moving average of the time that a success takes, in microseconds; 0 before the first one.
    latency: AtomicU32,
}

impl MethodHealth {
    pub(crate) fn new(endpoints: usize) -> Self {
        Self((0..endpoints).map(|_| MethodAtEndpoint::default()).collect())
    }

    pub(super) fn record_success(&self, endpoint: usize, elapsed: Duration) {
        let Some(health) = self.0.get(endpoint) else { return };
        if !health.has_succeeded.load(Relaxed) {
            health.has_succeeded.store(true, Relaxed);
        }
        let micros = u32::try_from(elapsed.as_micros()).unwrap_or(u32::MAX).max(1);
        let average = match health.latency.load(Relaxed) {
            0 => micros,
            average => average - average / 8 + micros / 8,
        };
        // Concurrent updates may be lost: it is an average.
        health.latency.store(average.max(1), Relaxed);
    }

    pub(super) fn record_failure(&self, endpoint: usize) {
        if let Some(health) = self.0.get(endpoint) {
            health.has_succeeded.store(false, Relaxed);
        }
    }

    /// Returns whether the last call of the method at an endpoint succeeded.
    pub(super) fn has_succeeded(&self, endpoint: usize) -> bool {
        self.0.get(endpoint).is_some_and(|health| health.has_succeeded.load(Relaxed))
    }

    /// Returns whether a call took much longer than calls do at the endpoints that `others` admits.
    pub(super) fn is_slow(&self, elapsed: Duration, others: impl Fn(usize) -> bool) -> bool {
        let others = self.0.iter().enumerate().filter(|(index, _)| others(*index));
        let latencies = others.map(|(_, health)| health.latency.load(Relaxed)).filter(|latency| *latency > 0);
        latencies.min().is_some_and(|micros| {
            let usual = Duration::from_micros(micros.into());
            elapsed > usual * SLOW_FACTOR && elapsed > usual + SLOW_FLOOR
        })
    }
}
