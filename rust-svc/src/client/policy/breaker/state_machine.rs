//! The states of a circuit breaker and the transitions between them.

use std::time::Duration;

use tokio::time::Instant;

use super::sample::Sample;
use crate::{Breaker, Method, client::policy::backoff::jitter, intercept::BreakerState};

/// The longest time that a breaker stays open, unless its policy asks for more. A server that is back serves all calls
/// within seconds, and the probes of a client are few.
const MAX_OPEN: Duration = Duration::from_secs(5);

/// The limit of a probe phase where the method declares no timeout, and where it declares a very long one.
const DEFAULT_PROBE_PHASE: Duration = Duration::from_secs(10);
const MAX_PROBE_PHASE: Duration = Duration::from_secs(3600);

/// The time after which the probes in flight should have returned.
const PROBE_RETRY: Duration = Duration::from_millis(100);

/// The parameters of all transitions.
#[derive(Clone, Copy, Debug)]
pub(super) struct BreakerLimits {
    pub(super) policy: Breaker,
    probe_phase: Duration,
}

/// The state of a circuit breaker; the breaker keeps it under a lock.
#[derive(Clone, Copy, Debug)]
pub(super) struct StateMachine {
    limits: BreakerLimits,
    pub(super) phase: Phase,
    /// Counts the phases: the result of a call counts only in the phase that admitted it.
    pub(super) generation: u64,
    /// The number of openings without a window of successful work in between.
    trips: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    Closed {
        since: Instant,
    },
    /// Closed until a reset, whatever fails.
    ForcedClosed,
    Open {
        until: Option<Instant>,
    },
    HalfOpen {
        until: Instant,
        in_flight: u32,
        succeeded: u32,
    },
}

/// Returns whether calls of this epoch were admitted by a closed breaker.
pub(super) fn is_closed(epoch: u64) -> bool {
    epoch & 1 == 1
}

impl BreakerLimits {
    pub(super) fn new(method: &Method, policy: Breaker) -> Self {
        let probe_phase = method.timeout.unwrap_or(DEFAULT_PROBE_PHASE).min(MAX_PROBE_PHASE);
        Self { policy, probe_phase }
    }

    fn probes(&self) -> u32 {
        self.policy.probes.max(1)
    }

    /// Returns how long to stay open after this number of openings in a row.
    fn open_for(&self, trips: u32) -> Duration {
        let doubled = self.policy.open.saturating_mul(1_u32.checked_shl(trips).unwrap_or(u32::MAX));
        jitter(doubled.min(MAX_OPEN.max(self.policy.open)), &mut fastrand::Rng::new())
    }
}

impl StateMachine {
    pub(super) fn new(limits: BreakerLimits, now: Instant) -> Self {
        Self { limits, phase: Phase::Closed { since: now }, generation: 0, trips: 0 }
    }

    /// Returns the generation, with the lowest bit set while the breaker is closed.
    pub(super) fn epoch(&self) -> u64 {
        self.generation << 1 | u64::from(matches!(self.phase, Phase::Closed { .. } | Phase::ForcedClosed))
    }

    /// Opens the breaker until it is reset.
    pub(super) fn force_open(&mut self) {
        self.enter(Phase::Open { until: None });
    }

    /// Closes the breaker until it is reset.
    pub(super) fn force_closed(&mut self) {
        self.enter(Phase::ForcedClosed);
    }

    /// Closes the breaker and forgets earlier openings.
    pub(super) fn reset(&mut self, now: Instant) {
        self.trips = 0;
        self.enter(Phase::Closed { since: now });
    }

    /// Opens a breaker that is closed in the same epoch.
    pub(super) fn trip(&mut self, epoch: u64, now: Instant) {
        let Phase::Closed { since } = self.phase else { return };
        if self.epoch() != epoch {
            return;
        }
        if now.duration_since(since) >= self.limits.policy.window {
            self.trips = 0;
        }
        self.open(now);
    }

    /// Admits a call and returns its epoch, or how long calls will be rejected.
    pub(super) fn admit(&mut self, now: Instant) -> Result<u64, Option<Duration>> {
        if let Phase::Open { until: Some(until) } = self.phase
            && now >= until
        {
            self.enter(Phase::HalfOpen { until: now + self.limits.probe_phase, in_flight: 0, succeeded: 0 });
        }
        let probes = self.limits.probes();
        match &mut self.phase {
            Phase::Closed { .. } | Phase::ForcedClosed => Ok(self.epoch()),
            Phase::HalfOpen { in_flight, succeeded, .. } if *in_flight + *succeeded < probes => {
                *in_flight += 1;
                Ok(self.epoch())
            }
            // Probes that never return are failures, or else the breaker would stay half open forever.
            Phase::HalfOpen { until, .. } if now >= *until => {
                self.open(now);
                Err(self.phase.retry_in(now))
            }
            Phase::Open { .. } | Phase::HalfOpen { .. } => Err(self.phase.retry_in(now)),
        }
    }

    /// Counts the end of a probe.
    pub(super) fn finish_probe(&mut self, epoch: u64, sample: Sample, now: Instant) {
        let (is_current, probes) = (self.epoch() == epoch, self.limits.probes());
        let Phase::HalfOpen { in_flight, succeeded, .. } = &mut self.phase else { return };
        if !is_current {
            return;
        }
        *in_flight = in_flight.saturating_sub(1);
        match sample {
            Sample::Neutral => (),
            Sample::Failure(_) | Sample::Slow => self.open(now),
            Sample::Success => {
                *succeeded += 1;
                if *succeeded >= probes {
                    self.enter(Phase::Closed { since: now });
                }
            }
        }
    }

    fn open(&mut self, now: Instant) {
        // A time that the clock cannot represent means until a reset.
        let until = now.checked_add(self.limits.open_for(self.trips));
        self.trips = self.trips.saturating_add(1);
        self.enter(Phase::Open { until });
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation += 1;
    }
}

impl Phase {
    /// Returns whether the state lasts until a reset.
    pub(super) fn is_forced(self) -> bool {
        matches!(self, Self::ForcedClosed | Self::Open { until: None })
    }

    pub(super) fn state(self) -> BreakerState {
        match self {
            Self::Closed { .. } | Self::ForcedClosed => BreakerState::Closed,
            Self::Open { .. } => BreakerState::Open,
            Self::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    pub(super) fn retry_in(self, now: Instant) -> Option<Duration> {
        match self {
            Self::Closed { .. } | Self::ForcedClosed => None,
            Self::Open { until } => until.map(|until| until.saturating_duration_since(now)),
            Self::HalfOpen { until, .. } => Some(until.saturating_duration_since(now).min(PROBE_RETRY)),
        }
    }
}
