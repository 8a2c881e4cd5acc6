//! An attempt at one of several endpoints.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    endpoints::{EndpointRank, EndpointResult, Endpoints, TriedEndpoints},
    method_health::MethodHealth,
};

/// No endpoint was picked yet.
const NONE: usize = usize::MAX;

/// An attempt at one of several endpoints. Dropped without a result, it counts as unanswered.
#[derive(Debug)]
pub(crate) struct EndpointAttempt<'a> {
    endpoints: &'a Endpoints,
    method: &'a MethodHealth,
    tried: &'a TriedEndpoints,
    is_repeatable: bool,
    /// Whether the time of the attempt is that of the server.
    is_timed: bool,
    start: Instant,
    picked: AtomicUsize,
}

impl<'a> EndpointAttempt<'a> {
    /// Prepares an attempt. `is_timed`: the caller streams neither way, so that the attempt takes as long as its server.
    pub(crate) fn new(
        endpoints: &'a Endpoints,
        method: &'a MethodHealth,
        tried: &'a TriedEndpoints,
        is_repeatable: bool,
        is_timed: bool,
        start: Instant,
    ) -> Self {
        let picked = AtomicUsize::new(NONE);
        Self { endpoints, method, tried, is_repeatable, is_timed, start, picked }
    }

    /// Ranks an endpoint for this attempt.
    pub(crate) fn rank(&self, endpoint: usize) -> EndpointRank {
        self.endpoints.rank(endpoint, self.tried, self.is_repeatable, self.start)
    }

    /// Begins the attempt at an endpoint.
    pub(crate) fn pick(&self, endpoint: usize) {
        self.picked.store(endpoint, Relaxed);
        self.tried.add(endpoint);
        self.endpoints.begin(endpoint, self.start);
    }

    /// Returns the endpoint that was picked.
    fn picked(&self) -> Option<usize> {
        Some(self.picked.load(Relaxed)).filter(|picked| *picked != NONE)
    }

    /// Records the result. Returns whether the failure is that of an outlier, and says nothing about the method.
    pub(crate) fn finish(self, result: Option<EndpointResult>, now: Instant) -> bool {
        let picked = self.picked.swap(NONE, Relaxed);
        let Some(result) = result.filter(|_| picked != NONE) else { return false };
        self.endpoints.record(self.method, picked, result, self.elapsed(now), now)
    }

    fn elapsed(&self, now: Instant) -> Duration {
        if self.is_timed { now.saturating_duration_since(self.start) } else { Duration::ZERO }
    }
}

impl Drop for EndpointAttempt<'_> {
    fn drop(&mut self) {
        if let Some(picked) = self.picked() {
            let now = Instant::now();
            self.endpoints.record(self.method, picked, EndpointResult::Unanswered, self.elapsed(now), now);
        }
    }
}
