//! Until when a circuit breaker rejects calls, without its lock.

use std::time::Duration;

use tokio::time::Instant;

use super::state_machine::Phase;
use crate::client::policy::sync::{AtomicU64, Ordering};

/// The state decides about a call.
const NOT_OPEN: u64 = 0;
/// All calls are rejected until a reset.
const UNTIL_RESET: u64 = u64::MAX;

/// Until when a circuit breaker rejects calls, in nanoseconds since its creation. Rejections need no lock: while a server is
/// down, they are all that happens.
#[derive(Debug)]
pub(super) struct OpenUntil {
    start: Instant,
    nanos: AtomicU64,
}

impl OpenUntil {
    pub(super) fn new(start: Instant) -> Self {
        Self { start, nanos: AtomicU64::new(NOT_OPEN) }
    }

    /// Follows a transition.
    pub(super) fn enter(&self, phase: Phase) {
        let nanos = match phase {
            Phase::Open { until: None } => UNTIL_RESET,
            Phase::Open { until: Some(until) } => self.nanos_until(until).clamp(NOT_OPEN + 1, UNTIL_RESET - 1),
            Phase::Closed { .. } | Phase::ForcedClosed | Phase::HalfOpen { .. } => NOT_OPEN,
        };
        self.nanos.store(nanos, Ordering::Release);
    }

    /// Returns for how long a call is rejected, if that is known: `Some(None)` until a reset, `None` if the state decides.
    pub(super) fn rejects(&self) -> Option<Option<Duration>> {
        match self.nanos.load(Ordering::Acquire) {
            NOT_OPEN => None,
            UNTIL_RESET => Some(None),
            until => {
                let left = until.saturating_sub(self.nanos_until(Instant::now()));
                (left > 0).then(|| Some(Duration::from_nanos(left)))
            }
        }
    }

    fn nanos_until(&self, end: Instant) -> u64 {
        u64::try_from(end.saturating_duration_since(self.start).as_nanos()).unwrap_or(UNTIL_RESET)
    }
}
