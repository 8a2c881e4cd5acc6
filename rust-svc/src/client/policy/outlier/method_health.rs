//! The outcomes of one method at each endpoint.

use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    time::Duration,
};

use super::growing_list::GrowingList;
use crate::client::policy::latency::{RecentLatency, is_much_longer};

/// The outcomes of one method at each endpoint of a client.
#[derive(Debug)]
pub(crate) struct MethodHealth(GrowingList<MethodAtEndpoint>);

#[derive(Debug, Default)]
struct MethodAtEndpoint {
    /// The generation of the endpoint that the other fields belong to. Those of an earlier endpoint do not count.
    generation: AtomicU32,
    /// Whether the last call succeeded.
    has_succeeded: AtomicBool,
    /// The time that a success takes.
    latency: RecentLatency,
}

/// An endpoint at an index, which others had before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct EndpointId {
    pub(super) index: usize,
    pub(super) generation: u32,
}

impl MethodHealth {
    pub(crate) fn new() -> Self {
        Self(GrowingList::new())
    }

    pub(super) fn record_success(&self, endpoint: EndpointId, elapsed: Duration) {
        let health = self.current(endpoint);
        if !health.has_succeeded.load(Relaxed) {
            health.has_succeeded.store(true, Relaxed);
        }
        health.latency.record(elapsed);
    }

    pub(super) fn record_failure(&self, endpoint: EndpointId) {
        self.current(endpoint).has_succeeded.store(false, Relaxed);
    }

    /// Returns whether the last call of the method at an endpoint succeeded.
    pub(super) fn has_succeeded(&self, endpoint: EndpointId) -> bool {
        let health = self.0.get(endpoint.index);
        health.generation.load(Relaxed) == endpoint.generation && health.has_succeeded.load(Relaxed)
    }

    /// Returns whether a call took much longer than calls do at the other endpoints.
    pub(super) fn is_slow(&self, elapsed: Duration, others: impl Iterator<Item = EndpointId>) -> bool {
        if !is_much_longer(elapsed, Duration::ZERO) {
            return false;
        }
        let usual = others.filter_map(|other| self.latency(other)).min();
        usual.is_some_and(|usual| is_much_longer(elapsed, usual))
    }

    fn latency(&self, endpoint: EndpointId) -> Option<Duration> {
        let health = self.0.get(endpoint.index);
        if health.generation.load(Relaxed) == endpoint.generation { health.latency.average() } else { None }
    }

    /// Returns the health at an endpoint, without the outcomes of an earlier one.
    fn current(&self, endpoint: EndpointId) -> &MethodAtEndpoint {
        let health = self.0.get(endpoint.index);
        if health.generation.load(Relaxed) != endpoint.generation {
            health.has_succeeded.store(false, Relaxed);
            health.latency.forget();
            health.generation.store(endpoint.generation, Relaxed);
        }
        health
    }
}
