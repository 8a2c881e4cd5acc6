//! How long calls take of late.

use std::{
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    time::Duration,
};

/// A call took much longer than others if it took this many times as long, and this much longer.
const FACTOR: u32 = 5;
const FLOOR: Duration = Duration::from_millis(20);

/// The moving average of the time that successful calls take, in microseconds; 0 before the first one.
#[derive(Debug, Default)]
pub(crate) struct RecentLatency(AtomicU32);

impl RecentLatency {
    /// Adds a successful call.
    pub(crate) fn record(&self, elapsed: Duration) {
        let micros = u32::try_from(elapsed.as_micros()).unwrap_or(u32::MAX).max(1);
        let average = match self.0.load(Relaxed) {
            0 => micros,
            average => average - average / 8 + micros / 8,
        };
        // Concurrent updates may be lost: it is an average.
        self.0.store(average.max(1), Relaxed);
    }

    /// Forgets all calls.
    pub(crate) fn forget(&self) {
        self.0.store(0, Relaxed);
    }

    /// Returns the average, once a call has succeeded.
    pub(crate) fn average(&self) -> Option<Duration> {
        Some(self.0.load(Relaxed)).filter(|micros| *micros > 0).map(|micros| Duration::from_micros(micros.into()))
    }

    /// Returns whether a call took several times as long as others of late.
    pub(crate) fn is_exceeded_by(&self, elapsed: Duration) -> bool {
        self.average().is_some_and(|average| is_much_longer(elapsed, average))
    }
}

/// Returns whether a time is several times the usual one.
pub(crate) fn is_much_longer(elapsed: Duration, usual: Duration) -> bool {
    elapsed > usual * FACTOR && elapsed > usual + FLOOR
}
