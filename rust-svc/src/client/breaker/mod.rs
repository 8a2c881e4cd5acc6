//! The circuit breaker of a method.

mod core;
mod moves;
mod open;
mod outcome;
#[cfg(test)]
mod tests;
mod window;

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI32, AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

pub use self::open::Open;
pub(crate) use self::outcome::{Outcome, is_mid_stream_failure};
use self::{
    core::{Core, Phase, is_closed},
    moves::{Move, Moves},
    window::{Totals, Window},
};
use super::backoff::jitter;
pub use crate::intercept::BreakerState;
use crate::{
    Breaker, Code, Method,
    intercept::{BreakerStateChange, Chain, Target},
};

/// The longest that a breaker stays open, unless its policy says more.
const LONGEST_OPEN: Duration = Duration::from_secs(60);

/// How long probes may take altogether where the method declares no timeout, and where it declares a very long one.
const PROBING: Duration = Duration::from_secs(10);
const LONGEST_PROBING: Duration = Duration::from_secs(3600);

/// Stops the calls of a method that keeps failing, and finds out with a few probes when it works again.
///
/// It is *closed* while calls pass and are counted; *open*, when too many failed, while calls fail at once with
/// `UNAVAILABLE` and nothing is sent; and then *half open*, while a few calls pass as probes: when all of them succeed
/// it closes, when one fails it opens again for twice as long. It moves when calls come; there is no timer.
#[derive(Debug)]
pub struct CircuitBreaker {
    target: triomphe::Arc<Target>,
    method: &'static str,
    policy: Breaker,
    probing: Duration,
    window: Window,
    /// The generation of the core, shifted, and in the lowest bit whether it is closed: so that calls need no lock.
    era: AtomicU64,
    last_code: AtomicI32,
    core: Mutex<Core>,
    moves: Moves,
    chain: Chain,
}

/// What a [`CircuitBreaker`] knows at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// What it does with calls.
    pub state: BreakerState,
    /// The calls that its window holds.
    pub calls: u64,
    /// How many of them failed.
    pub failures: u64,
    /// How long calls will fail at once, or when the probes that are under way should have come back; `None` if calls pass,
    /// or fail until [`CircuitBreaker::reset`].
    pub retry_in: Option<Duration>,
}

impl CircuitBreaker {
    pub(crate) fn new(target: triomphe::Arc<Target>, method: &Method, policy: Breaker, chain: Chain) -> Self {
        let now = Instant::now();
        let core = Core { phase: Phase::Closed { since: now }, generation: 0, trips: 0 };
        Self {
            target,
            method: method.full_name(),
            policy,
            probing: method.timeout.unwrap_or(PROBING).min(LONGEST_PROBING),
            window: Window::new(policy.window, now),
            era: AtomicU64::new(core.era()),
            last_code: AtomicI32::new(0),
            core: Mutex::new(core),
            moves: Moves::default(),
            chain,
        }
    }

    /// The server of the client whose calls it stops.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// The full name of its method, such as `inventory.v1.InventoryService/CheckStock`.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// What it does with calls now.
    pub fn state(&self) -> BreakerState {
        self.snapshot().state
    }

    /// What it knows now.
    pub fn snapshot(&self) -> Snapshot {
        let now = Instant::now();
        let core = *self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let Totals { calls, failures } = self.window.totals(now);
        Snapshot { state: core.phase.state(), calls, failures, retry_in: core.phase.retry_in(now) }
    }

    /// Stops all calls until [`reset`](Self::reset).
    pub fn force_open(&self) {
        self.change(|core, _| core.enter(Phase::Open { until: None }));
    }

    /// Lets calls pass, and forgets all that it knew.
    pub fn reset(&self) {
        self.change(|core, now| core.close(now, 0));
    }

    /// Lets a call pass, or tells why not.
    pub(crate) fn admit(self: &Arc<Self>) -> Result<Permit<'_>, Open> {
        let era = self.era.load(Ordering::Acquire);
        if is_closed(era) {
            return Ok(Permit::new(self, era));
        }
        let admitted = self.change(|core, now| core.admit(now, self));
        admitted.map(|era| Permit::new(self, era)).map_err(|retry_in| self.open(retry_in))
    }

    /// Counts a failure after a call had counted as a success, as of a stream that breaks.
    pub(crate) fn add_failure(&self, era: u64, code: Code) {
        if is_closed(era) {
            self.record(era, Outcome::Failure(code), Instant::now());
        }
    }

    fn record(&self, era: u64, outcome: Outcome, now: Instant) {
        if let Outcome::Failure(code) = outcome {
            self.last_code.store(code.number(), Ordering::Relaxed);
        }
        match is_closed(era) {
            true if self.era.load(Ordering::Acquire) == era => self.count(era, outcome, now),
            true => (),
            false => self.change(|core, now| core.probed(era, outcome, now, self)),
        }
    }

    /// Only a failure can raise the share of failures, so that a success is counted and no more.
    fn count(&self, era: u64, outcome: Outcome, now: Instant) {
        match outcome {
            Outcome::Success => self.window.add_success(now),
            Outcome::Neutral => (),
            Outcome::Failure(_) => {
                self.window.add_failure(now);
                if self.is_too_much(self.window.totals(now)) {
                    self.change(|core, now| core.trip(era, now, self));
                }
            }
        }
    }

    fn is_too_much(&self, totals: Totals) -> bool {
        totals.calls >= u64::from(self.policy.min_calls)
            && totals.failures * 100 >= totals.calls * u64::from(self.policy.failure_percent)
    }

    /// How long to stay open for the given time in a row.
    fn open_for(&self, trips: u32) -> Duration {
        let doubled = self.policy.open.saturating_mul(1_u32.checked_shl(trips).unwrap_or(u32::MAX));
        jitter(doubled.min(LONGEST_OPEN.max(self.policy.open)), &mut fastrand::Rng::new())
    }

    fn open(&self, retry_in: Option<Duration>) -> Open {
        Open { method: self.method, retry_in, last_code: self.last_code() }
    }

    fn last_code(&self) -> Option<Code> {
        Code::from_number(self.last_code.load(Ordering::Relaxed))
    }

    /// Changes the core under the lock, and tells about a new phase after it.
    fn change<T>(&self, change: impl FnOnce(&mut Core, Instant) -> T) -> T {
        let now = Instant::now();
        let mut core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
        let before = *core;
        let result = change(&mut core, now);
        let after = *core;
        if after.generation != before.generation {
            if matches!(after.phase, Phase::Closed { .. }) {
                self.window.clear();
            }
            self.era.store(after.era(), Ordering::Release);
            let (from, to, retry_in) = (before.phase.state(), after.phase.state(), after.phase.retry_in(now));
            self.moves.add(Move { from, to, retry_in, last_code: self.last_code() });
        }
        drop(core);
        self.moves.tell(|told| self.tell(told));
        result
    }

    fn tell(&self, Move { from, to, retry_in, last_code }: Move) {
        let last_code = last_code.map(Code::name);
        self.chain.breaker_state_changed(&BreakerStateChange::new(self.method, self.target.clone(), to));
        match to {
            BreakerState::Open => {
                tracing::warn!(method = self.method, %from, %to, last_code, ?retry_in, "circuit breaker opened");
            }
            BreakerState::HalfOpen | BreakerState::Closed => {
                tracing::info!(method = self.method, %from, %to, last_code, "circuit breaker moved");
            }
        }
    }
}

/// The leave for one call. Dropped without [`record`](Self::record), it says nothing about the method.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    breaker: &'a Arc<CircuitBreaker>,
    era: u64,
    is_recorded: bool,
}

impl<'a> Permit<'a> {
    fn new(breaker: &'a Arc<CircuitBreaker>, era: u64) -> Self {
        Self { breaker, era, is_recorded: false }
    }

    /// Tells how the call ended just now.
    pub(crate) fn record(mut self, outcome: Outcome, now: Instant) {
        self.is_recorded = true;
        self.breaker.record(self.era, outcome, now);
    }

    /// What counts failures of a stream after the call has ended well.
    pub(crate) fn sampler(&self) -> Sampler {
        Sampler { breaker: self.breaker.clone(), era: self.era }
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        if !self.is_recorded {
            let outcome = if std::thread::panicking() { Outcome::Failure(Code::Internal) } else { Outcome::Neutral };
            self.breaker.record(self.era, outcome, Instant::now());
        }
    }
}

/// Counts failures of a stream after it was opened.
#[derive(Debug)]
pub(crate) struct Sampler {
    breaker: Arc<CircuitBreaker>,
    era: u64,
}

impl Sampler {
    pub(crate) fn add_failure(&self, code: Code) {
        self.breaker.add_failure(self.era, code);
    }
}
