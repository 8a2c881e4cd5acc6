//! The number of calls that run at once.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the calls that run at once, and keeps the most.
#[derive(Debug, Default)]
pub(in crate::fake) struct ConcurrencyGauge {
    now: AtomicUsize,
    max: AtomicUsize,
}

impl ConcurrencyGauge {
    /// Returns the most calls that ran at once.
    pub(in crate::fake) fn max(&self) -> usize {
        self.max.load(Ordering::Relaxed)
    }

    /// Forgets the most, but not the calls that run.
    pub(in crate::fake) fn reset(&self) {
        self.max.store(self.now.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    pub(super) fn enter(&self) {
        let now = self.now.fetch_add(1, Ordering::Relaxed) + 1;
        self.max.fetch_max(now, Ordering::Relaxed);
    }

    pub(super) fn leave(&self) {
        self.now.fetch_sub(1, Ordering::Relaxed);
    }
}
