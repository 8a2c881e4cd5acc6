//! The states of a circuit breaker, and what moves it from one to another.

use std::time::Duration;

use tokio::time::Instant;

use super::{BreakerState, CircuitBreaker, Outcome};

#[derive(Clone, Copy, Debug)]
pub(super) struct Core {
    pub(super) phase: Phase,
    /// Counts the phases; what was admitted in one says nothing in another.
    pub(super) generation: u64,
    /// How often it opened without working for a while in between.
    pub(super) trips: u32,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Phase {
    Closed { since: Instant },
    Open { until: Option<Instant> },
    HalfOpen { until: Instant, in_flight: u32, succeeded: u32 },
}

pub(super) fn is_closed(era: u64) -> bool {
    era & 1 == 1
}

impl Core {
    pub(super) fn era(&self) -> u64 {
        self.generation << 1 | u64::from(matches!(self.phase, Phase::Closed { .. }))
    }

    pub(super) fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.generation += 1;
    }

    pub(super) fn close(&mut self, now: Instant, trips: u32) {
        self.trips = trips;
        self.enter(Phase::Closed { since: now });
    }

    pub(super) fn open(&mut self, now: Instant, breaker: &CircuitBreaker) {
        // A time beyond what the clock can tell is until somebody resets it.
        let until = now.checked_add(breaker.open_for(self.trips));
        self.trips = self.trips.saturating_add(1);
        self.enter(Phase::Open { until });
    }

    /// Opens a closed breaker, unless somebody else has moved it since.
    pub(super) fn trip(&mut self, era: u64, now: Instant, breaker: &CircuitBreaker) {
        let Phase::Closed { since } = self.phase else { return };
        if self.era() != era {
            return;
        }
        if now.duration_since(since) >= breaker.policy.window {
            self.trips = 0;
        }
        self.open(now, breaker);
    }

    /// The era in which a call is let through, or how long it will not be.
    pub(super) fn admit(&mut self, now: Instant, breaker: &CircuitBreaker) -> Result<u64, Option<Duration>> {
        if let Phase::Open { until: Some(until) } = self.phase
            && now >= until
        {
            self.enter(Phase::HalfOpen { until: now + breaker.probing, in_flight: 0, succeeded: 0 });
        }
        match &mut self.phase {
            Phase::Closed { .. } => Ok(self.era()),
            Phase::Open { .. } => Err(self.phase.retry_in(now)),
            Phase::HalfOpen { in_flight, succeeded, .. } if *in_flight + *succeeded < breaker.policy.probes.max(1) => {
                *in_flight += 1;
                Ok(self.era())
            }
            // Probes that never come back are failures, or else it would be half open for ever.
            Phase::HalfOpen { until, .. } if now >= *until => {
                self.open(now, breaker);
                Err(self.phase.retry_in(now))
            }
            Phase::HalfOpen { .. } => Err(self.phase.retry_in(now)),
        }
    }

    /// A probe came back, or gave up.
    pub(super) fn probed(&mut self, era: u64, outcome: Outcome, now: Instant, breaker: &CircuitBreaker) {
        let current = self.era() == era;
        let Phase::HalfOpen { in_flight, succeeded, .. } = &mut self.phase else { return };
        if !current {
            return;
        }
        *in_flight = in_flight.saturating_sub(1);
        match outcome {
            Outcome::Neutral => (),
            Outcome::Failure(_) => self.open(now, breaker),
            Outcome::Success => {
                *succeeded += 1;
                if *succeeded >= breaker.policy.probes.max(1) {
                    self.close(now, self.trips);
                }
            }
        }
    }
}

/// When the probes that are under way should have come back.
const SOON: Duration = Duration::from_millis(100);

impl Phase {
    pub(super) fn state(self) -> BreakerState {
        match self {
            Self::Closed { .. } => BreakerState::Closed,
            Self::Open { .. } => BreakerState::Open,
            Self::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    pub(super) fn retry_in(self, now: Instant) -> Option<Duration> {
        match self {
            Self::Closed { .. } => None,
            Self::Open { until } => until.map(|until| until.saturating_duration_since(now)),
            Self::HalfOpen { until, .. } => Some(until.saturating_duration_since(now).min(SOON)),
        }
    }
}
