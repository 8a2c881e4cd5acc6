//! The outcomes of one method at each endpoint.

use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use crate::client::policy::latency::{RecentLatency, is_much_longer};

/// The outcomes of one method at each endpoint of a client.
#[derive(Debug)]
pub(crate) struct MethodHealth(Box<[MethodAtEndpoint]>);

#[derive(Debug, Default)]
struct MethodAtEndpoint {
    /// Whether the last call succeeded.
    has_succeeded: AtomicBool,
    /// The time that a success takes.
    latency: RecentLatency,
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
        health.latency.record(elapsed);
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
        let usual = others.filter_map(|(_, health)| health.latency.average()).min();
        usual.is_some_and(|usual| is_much_longer(elapsed, usual))
    }
}
