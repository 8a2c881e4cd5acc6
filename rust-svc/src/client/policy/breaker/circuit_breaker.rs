//! The circuit breaker of a method.

use std::{fmt, time::Duration};

use tokio::time::Instant;

use super::{
    circuit_open::CircuitOpen,
    open_until::OpenUntil,
    sample::Sample,
    state_machine::{BreakerLimits, Phase, StateMachine, is_closed},
    transitions::{BreakerTransition, TransitionQueue},
};
use crate::{
    Breaker, Code, Method,
    client::policy::{
        sync::{AtomicI32, AtomicU64, Mutex, Ordering, PoisonError},
        window::{SlidingWindow, WindowTotals},
    },
    intercept::{BreakerState, Target},
};

/// Receives each transition, in order.
type TransitionListener = Box<dyn Fn(&BreakerTransition) + Send + Sync>;

/// Stops the calls of a method that keeps failing, and detects with a few probes when it works again.
///
/// While *closed*, it admits and counts calls. When too many fail, it *opens*: calls fail immediately with
/// `UNAVAILABLE`, and nothing is sent. After a while it is *half open* and admits a few calls as probes: when all of
/// them succeed it closes, when one fails it opens again for twice as long. It changes state when calls come; there is
/// no timer.
pub struct CircuitBreaker {
    target: triomphe::Arc<Target>,
    method: &'static str,
    policy: Breaker,
    window: SlidingWindow,
    /// The slow calls, which it counts as failures, and the others.
    slow: Option<SlidingWindow>,
    /// The epoch of the state machine, so that calls through a closed breaker need no lock.
    epoch: AtomicU64,
    open_until: OpenUntil,
    last_code: AtomicI32,
    state: Mutex<StateMachine>,
    transitions: TransitionQueue,
    listener: TransitionListener,
}

/// The state and counts of a [`CircuitBreaker`] at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BreakerSnapshot {
    /// The state.
    pub state: BreakerState,
    /// The number of calls in the window.
    pub calls: u64,
    /// The number of these calls that failed.
    pub failures: u64,
    /// The number of calls in the window that were slow, by [`Breaker::slow_call`].
    pub slow: u64,
    /// Whether the state was forced, and lasts until [`CircuitBreaker::reset`].
    pub is_forced: bool,
    /// How long calls will fail immediately, or when the probes in flight should have returned. `None` if calls are
    /// admitted, or rejected until [`CircuitBreaker::reset`].
    pub retry_in: Option<Duration>,
}

impl CircuitBreaker {
    pub(crate) fn new(
        target: triomphe::Arc<Target>,
        method: &Method,
        policy: Breaker,
        listener: impl Fn(&BreakerTransition) + Send + Sync + 'static,
    ) -> Self {
        let now = Instant::now();
        let state = StateMachine::new(BreakerLimits::new(method, policy), now);
        Self {
            target,
            method: policy.group.unwrap_or(method.full_name()),
            policy,
            window: SlidingWindow::sharded(policy.window, now),
            slow: policy.slow_call.map(|_| SlidingWindow::sharded(policy.window, now)),
            epoch: AtomicU64::new(state.epoch()),
            open_until: OpenUntil::new(now),
            last_code: AtomicI32::new(0),
            state: Mutex::new(state),
            transitions: TransitionQueue::default(),
            listener: Box::new(listener),
        }
    }

    /// Returns the server of the client whose calls it stops.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Returns the full name of its method, such as `inventory.v1.InventoryService/CheckStock`, or its group.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// Returns its current state.
    pub fn state(&self) -> BreakerState {
        self.snapshot().state
    }

    /// Returns its current state and counts.
    pub fn snapshot(&self) -> BreakerSnapshot {
        let now = Instant::now();
        let phase = self.state.lock().unwrap_or_else(PoisonError::into_inner).phase;
        let WindowTotals { calls, failures } = self.window.totals(now);
        let (WindowTotals { failures: slow, .. }, is_forced) = (self.slow_totals(now), phase.is_forced());
        BreakerSnapshot { state: phase.state(), calls, failures, slow, is_forced, retry_in: phase.retry_in(now) }
    }

    /// Rejects all calls until [`reset`](Self::reset).
    pub fn force_open(&self) {
        self.change(|state, _| state.force_open());
    }

    /// Admits all calls until [`reset`](Self::reset), whatever fails.
    pub fn force_closed(&self) {
        self.change(|state, _| state.force_closed());
    }

    /// Admits calls again, and forgets everything that was counted.
    pub fn reset(&self) {
        self.change(StateMachine::reset);
    }

    /// Admits a call and returns its epoch, or reports why it is rejected.
    pub(super) fn admit(&self) -> Result<u64, CircuitOpen> {
        let epoch = self.epoch.load(Ordering::Acquire);
        if is_closed(epoch) {
            return Ok(epoch);
        }
        if let Some(retry_in) = self.open_until.rejects() {
            return Err(self.rejection(retry_in));
        }
        self.change(StateMachine::admit).map_err(|retry_in| self.rejection(retry_in))
    }

    /// Counts a failure after its call was counted as a success, such as a stream that breaks.
    pub(super) fn add_failure(&self, epoch: u64, code: Code) {
        if is_closed(epoch) {
            self.record(epoch, Sample::Failure(code), Instant::now());
        }
    }

    /// Returns the sample of a call that took this long, which may be slow. `elapsed` is `None` if the time of the call is
    /// not that of its server.
    pub(super) fn classify(&self, sample: Sample, elapsed: Option<Duration>) -> Sample {
        let is_slow = self.policy.slow_call.zip(elapsed).is_some_and(|(limit, elapsed)| elapsed >= limit);
        match sample {
            Sample::Success | Sample::Neutral if is_slow => Sample::Slow,
            sample => sample,
        }
    }

    /// Counts a call of this epoch.
    pub(super) fn record(&self, epoch: u64, sample: Sample, now: Instant) {
        if let Sample::Failure(code) = sample {
            self.last_code.store(code.number(), Ordering::Relaxed);
        }
        match is_closed(epoch) {
            true if self.epoch.load(Ordering::Acquire) == epoch => self.count(epoch, sample, now),
            true => (),
            false => self.change(|state, now| state.finish_probe(epoch, sample, now)),
        }
    }

    /// Adds a call to the window. Only a failure or a slow call can raise a rate, so that a success evaluates nothing.
    fn count(&self, epoch: u64, sample: Sample, now: Instant) {
        match sample {
            Sample::Success | Sample::Slow => self.window.add_success(now),
            Sample::Neutral => return,
            Sample::Failure(_) => self.window.add_failure(now),
        }
        if let Some(slow) = &self.slow {
            match sample {
                Sample::Slow => slow.add_failure(now),
                _ => slow.add_success(now),
            }
        }
        if sample != Sample::Success && (self.is_failing(self.window.totals(now)) || self.is_slow(now)) {
            self.change(|state, now| state.trip(epoch, now));
        }
    }

    fn is_slow(&self, now: Instant) -> bool {
        let WindowTotals { calls, failures: slow } = self.slow_totals(now);
        self.has_calls(calls) && slow > 0 && slow * 100 >= calls * u64::from(self.policy.slow_percent)
    }

    fn slow_totals(&self, now: Instant) -> WindowTotals {
        self.slow.as_ref().map_or_else(WindowTotals::default, |slow| slow.totals(now))
    }

    fn has_calls(&self, calls: u64) -> bool {
        calls >= u64::from(self.policy.min_calls)
    }

    fn is_failing(&self, totals: WindowTotals) -> bool {
        self.has_calls(totals.calls)
            && totals.failures > 0
            && totals.failures * 100 >= totals.calls * u64::from(self.policy.failure_percent)
    }

    fn rejection(&self, retry_in: Option<Duration>) -> CircuitOpen {
        CircuitOpen { method: self.method, retry_in, last_code: self.last_code() }
    }

    fn last_code(&self) -> Option<Code> {
        Code::from_number(self.last_code.load(Ordering::Relaxed))
    }

    /// Changes the state under its lock, and reports a transition after the lock is released.
    fn change<T>(&self, change: impl FnOnce(&mut StateMachine, Instant) -> T) -> T {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *state;
        let result = change(&mut state, now);
        let after = *state;
        if after.generation != before.generation {
            if matches!(after.phase, Phase::Closed { .. }) {
                self.window.clear();
                self.slow.iter().for_each(SlidingWindow::clear);
            }
            self.open_until.enter(after.phase);
            self.epoch.store(after.epoch(), Ordering::Release);
            self.transitions.push(self.transition(before.phase, after.phase, now));
        }
        drop(state);
        self.transitions.drain(&self.listener);
        result
    }

    fn transition(&self, from: Phase, to: Phase, now: Instant) -> BreakerTransition {
        let (retry_in, last_code) = (to.retry_in(now), self.last_code());
        BreakerTransition { from: from.state(), to: to.state(), retry_in, last_code }
    }
}

impl fmt::Debug for CircuitBreaker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CircuitBreaker")
            .field("target", &*self.target)
            .field("method", &self.method)
            .field("snapshot", &self.snapshot())
            .finish_non_exhaustive()
    }
}
