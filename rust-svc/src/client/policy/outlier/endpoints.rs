//! The endpoints of a client, and which of them are ejected.

use std::{
    fmt,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU32, AtomicU64, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    ejection::{Admission, Ejection},
    growing_list::GrowingList,
    method_health::{EndpointId, MethodHealth},
};
use crate::{
    client::policy::window::{SlidingWindow, WindowTotals},
    intercept::EndpointEvent,
};

/// How far back the results of an endpoint are counted.
const WINDOW: Duration = Duration::from_secs(10);

/// An endpoint is ejected after this many failures that others would have served, if they are this share of its calls.
const MIN_FAILURES: u64 = 3;
const FAILURE_PERCENT: u64 = 50;

/// Reports an event of the endpoint with an address.
type Report = Box<dyn Fn(Arc<str>, EndpointEvent) + Send + Sync>;

/// The endpoints of a client, which may come and go.
pub(crate) struct Endpoints {
    report: Report,
    endpoints: GrowingList<EndpointHealth>,
    /// One more than the largest index that was used.
    end: AtomicUsize,
}

#[derive(Debug)]
struct EndpointHealth {
    /// How often an endpoint joined or left at this index. It is odd while one is there.
    generation: AtomicU32,
    window: SlidingWindow,
    /// Whether the ejection must be looked at, so that calls to healthy endpoints take no lock.
    is_ejected: AtomicBool,
    ejection: Mutex<Ejection>,
    address: Mutex<Option<Arc<str>>>,
}

impl Default for EndpointHealth {
    fn default() -> Self {
        Self {
            generation: AtomicU32::new(0),
            window: SlidingWindow::new(WINDOW, Instant::now()),
            is_ejected: AtomicBool::new(false),
            ejection: Mutex::default(),
            address: Mutex::default(),
        }
    }
}

/// The preference for an endpoint. Lower is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum EndpointRank {
    /// Nothing speaks against it.
    Preferred,
    /// The call has tried it already.
    Tried,
    /// It is ejected.
    Ejected,
}

/// The result of an attempt at an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum EndpointResult {
    /// The endpoint responded.
    Success,
    /// The endpoint failed.
    Failure,
    /// The attempt ended on this side, while the endpoint had not responded.
    Unanswered,
}

/// The endpoints that a call has tried, one bit for each. Endpoints 64 apart share a bit, because this is only a preference.
#[derive(Debug, Default)]
pub(crate) struct TriedEndpoints(AtomicU64);

impl TriedEndpoints {
    pub(crate) fn add(&self, endpoint: usize) {
        self.0.fetch_or(1 << (endpoint % 64), Relaxed);
    }

    fn contains(&self, endpoint: usize) -> bool {
        self.0.load(Relaxed) & 1 << (endpoint % 64) != 0
    }
}

impl Endpoints {
    /// Creates the health of no endpoints. Ejections are reported.
    pub(crate) fn new(report: impl Fn(Arc<str>, EndpointEvent) + Send + Sync + 'static) -> Self {
        Self { report: Box::new(report), endpoints: GrowingList::new(), end: AtomicUsize::new(0) }
    }

    /// Adds an endpoint with an index that no other one has.
    pub(crate) fn join(&self, index: usize, address: &Arc<str>) {
        let endpoint = self.endpoints.get(index);
        endpoint.reset();
        *endpoint.address() = Some(address.clone());
        endpoint.generation.fetch_add(1, Relaxed);
        self.end.fetch_max(index + 1, Relaxed);
    }

    /// Removes an endpoint.
    pub(crate) fn leave(&self, index: usize) {
        let endpoint = self.endpoints.get(index);
        endpoint.generation.fetch_add(1, Relaxed);
        endpoint.reset();
        self.report(index, EndpointEvent::Removed);
    }

    fn report(&self, index: usize, event: EndpointEvent) {
        let address = self.endpoints.get(index).address().clone();
        address.into_iter().for_each(|address| (self.report)(address, event));
    }

    /// Ranks an endpoint for a call.
    pub(crate) fn rank(
        &self,
        endpoint: usize,
        tried: &TriedEndpoints,
        is_repeatable: bool,
        now: Instant,
    ) -> EndpointRank {
        match self.admission(endpoint, is_repeatable, now) {
            Admission::None => EndpointRank::Ejected,
            _ if tried.contains(endpoint) => EndpointRank::Tried,
            Admission::All | Admission::Probe => EndpointRank::Preferred,
        }
    }

    /// Marks the beginning of an attempt.
    pub(crate) fn begin(&self, endpoint: usize, now: Instant) {
        if self.is_ejected(endpoint) {
            self.endpoints.get(endpoint).ejection().begin_probe(now);
        }
    }

    /// Records an attempt at an endpoint. Returns whether it failed although another endpoint serves the method: then it
    /// says something about the endpoint, and nothing about the method.
    pub(crate) fn record(
        &self,
        method: &MethodHealth,
        endpoint: usize,
        result: EndpointResult,
        elapsed: Duration,
        now: Instant,
    ) -> bool {
        let Some(id) = self.id(endpoint) else { return false };
        let is_slow = method.is_slow(elapsed, self.others(endpoint));
        match result {
            EndpointResult::Success if is_slow => {
                self.fail(endpoint, now);
                false
            }
            EndpointResult::Success => {
                method.record_success(id, elapsed);
                self.succeed(endpoint, now);
                false
            }
            EndpointResult::Unanswered if !is_slow => false,
            EndpointResult::Failure | EndpointResult::Unanswered => {
                method.record_failure(id);
                let is_outlier = self.others(endpoint).any(|other| method.has_succeeded(other));
                if is_outlier {
                    self.fail(endpoint, now);
                }
                is_outlier
            }
        }
    }

    fn succeed(&self, endpoint: usize, now: Instant) {
        let state = self.endpoints.get(endpoint);
        state.window.add_success(now);
        if state.is_ejected.load(Relaxed) {
            let mut ejection = state.ejection();
            if ejection.has_probe() {
                ejection.restore(now);
                state.window.clear();
                state.is_ejected.store(false, Relaxed);
                drop(ejection);
                tracing::info!(endpoint = state.address().as_deref(), "endpoint is back in service");
                self.report(endpoint, EndpointEvent::Restored);
            }
        }
    }

    fn fail(&self, endpoint: usize, now: Instant) {
        let state = self.endpoints.get(endpoint);
        state.window.add_failure(now);
        let totals = state.window.totals(now);
        let is_failing = totals.failures >= MIN_FAILURES && totals.failures * 100 >= totals.calls * FAILURE_PERCENT;
        let may_eject = is_failing && self.may_eject();
        let mut ejection = state.ejection();
        if ejection.has_probe() || may_eject && !ejection.is_ejected() {
            ejection.eject(now);
            state.is_ejected.store(true, Relaxed);
            drop(ejection);
            let (address, WindowTotals { failures, calls }) = (state.address().clone(), totals);
            tracing::warn!(endpoint = address.as_deref(), failures, calls, "endpoint ejected");
            self.report(endpoint, EndpointEvent::Ejected);
        }
    }

    /// Returns whether one more ejection leaves at least half of the endpoints in service.
    fn may_eject(&self) -> bool {
        let ejected = self.present().filter(|endpoint| self.is_ejected(endpoint.index)).count();
        (ejected + 1) * 2 <= self.present().count()
    }

    /// Returns the other endpoints in service.
    fn others(&self, endpoint: usize) -> impl Iterator<Item = EndpointId> {
        self.present().filter(move |other| other.index != endpoint && !self.is_ejected(other.index))
    }

    fn present(&self) -> impl Iterator<Item = EndpointId> {
        (0..self.end.load(Relaxed)).filter_map(|index| self.id(index))
    }

    /// Returns the endpoint with an index, if there is one.
    fn id(&self, index: usize) -> Option<EndpointId> {
        let generation = self.endpoints.get(index).generation.load(Relaxed);
        (generation % 2 == 1).then_some(EndpointId { index, generation })
    }

    fn is_ejected(&self, endpoint: usize) -> bool {
        self.endpoints.get(endpoint).is_ejected.load(Relaxed)
    }

    fn admission(&self, endpoint: usize, is_repeatable: bool, now: Instant) -> Admission {
        match self.is_ejected(endpoint) {
            true => self.endpoints.get(endpoint).ejection().admission(now, is_repeatable),
            false => Admission::All,
        }
    }
}

impl EndpointHealth {
    /// Forgets the results of an earlier endpoint.
    fn reset(&self) {
        self.window.clear();
        *self.ejection() = Ejection::default();
        self.is_ejected.store(false, Relaxed);
    }

    fn ejection(&self) -> MutexGuard<'_, Ejection> {
        self.ejection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn address(&self) -> MutexGuard<'_, Option<Arc<str>>> {
        self.address.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Endpoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoints").field("endpoints", &self.endpoints).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        EndpointResult::{Failure, Success, Unanswered},
        *,
    };

    const FAST: Duration = Duration::from_millis(2);
    const SLOW: Duration = Duration::from_millis(200);

    struct TestFleet {
        endpoints: Endpoints,
        method: MethodHealth,
        now: Instant,
    }

    impl TestFleet {
        fn new(count: usize) -> Self {
            let endpoints = Endpoints::new(|_, _| ());
            (0..count).for_each(|index| endpoints.join(index, &"address".into()));
            Self { endpoints, method: MethodHealth::new(), now: Instant::now() }
        }

        fn record(&self, endpoint: usize, result: EndpointResult, elapsed: Duration) -> bool {
            self.endpoints.record(&self.method, endpoint, result, elapsed, self.now)
        }

        fn rank(&self, endpoint: usize) -> EndpointRank {
            self.endpoints.rank(endpoint, &TriedEndpoints::default(), true, self.now)
        }
    }

    #[test]
    fn an_endpoint_that_fails_hangs_or_is_slow_is_ejected() {
        for (result, elapsed) in [(Failure, FAST), (Unanswered, SLOW), (Success, SLOW)] {
            let fleet = TestFleet::new(2);
            (0..2).for_each(|_| _ = (fleet.record(0, Success, FAST), fleet.record(1, result, elapsed)));
            assert_eq!(fleet.rank(1), EndpointRank::Preferred, "{result:?}");
            fleet.record(1, result, elapsed);
            assert_eq!((fleet.rank(0), fleet.rank(1)), (EndpointRank::Preferred, EndpointRank::Ejected), "{result:?}");
        }
    }

    #[test]
    fn failures_of_all_endpoints_eject_none() {
        let fleet = TestFleet::new(3);
        for endpoint in (0..3).cycle().take(60) {
            assert!(!fleet.record(endpoint, Failure, FAST), "the method fails, not the endpoint");
        }
        assert!((0..3).all(|endpoint| fleet.rank(endpoint) == EndpointRank::Preferred));
    }

    #[test]
    fn at_most_half_of_the_endpoints_are_ejected() {
        let fleet = TestFleet::new(4);
        for _ in 0..20 {
            fleet.record(0, Success, FAST);
            (1..4).for_each(|endpoint| _ = fleet.record(endpoint, Failure, FAST));
        }
        assert_eq!((0..4).filter(|&endpoint| fleet.rank(endpoint) == EndpointRank::Ejected).count(), 2);
    }

    #[test]
    fn short_timeouts_do_not_eject() {
        let fleet = TestFleet::new(2);
        for _ in 0..20 {
            fleet.record(0, Success, FAST);
            assert!(!fleet.record(1, Unanswered, FAST));
        }
        assert_eq!(fleet.rank(1), EndpointRank::Preferred);
    }

    #[test]
    fn a_probe_restores_an_endpoint_or_ejects_it_again() {
        let mut fleet = TestFleet::new(2);
        (0..3).for_each(|_| _ = (fleet.record(0, Success, FAST), fleet.record(1, Failure, FAST)));
        for result in [Failure, Success] {
            fleet.now += Duration::from_secs(13);
            assert_eq!(fleet.rank(1), EndpointRank::Preferred, "a probe");
            fleet.endpoints.begin(1, fleet.now);
            assert_eq!(fleet.rank(1), EndpointRank::Ejected, "one at a time");
            fleet.now += Duration::from_millis(1);
            fleet.record(1, result, FAST);
            assert_eq!(fleet.rank(1) == EndpointRank::Preferred, result == Success);
        }
    }

    #[test]
    fn an_index_is_used_again_without_the_results_of_its_last_endpoint() {
        let fleet = TestFleet::new(2);
        (0..3).for_each(|_| _ = (fleet.record(0, Success, FAST), fleet.record(1, Failure, FAST)));
        assert_eq!(fleet.rank(1), EndpointRank::Ejected);
        fleet.endpoints.leave(1);
        assert!(!fleet.record(1, Failure, FAST), "late results do not count");
        fleet.endpoints.join(1, &"address".into());
        assert_eq!(fleet.rank(1), EndpointRank::Preferred);
        fleet.endpoints.leave(0);
        assert!(!fleet.record(1, Failure, FAST), "the endpoint that served the method is gone");
    }

    #[test]
    fn tried_endpoints_rank_behind_others() {
        let fleet = TestFleet::new(2);
        let tried = TriedEndpoints::default();
        tried.add(1);
        let rank = |endpoint| fleet.endpoints.rank(endpoint, &tried, false, fleet.now);
        assert!(rank(0) < rank(1));
    }
}
