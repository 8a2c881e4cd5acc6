//! Counts of calls by their result.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// The number of calls by result.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Calls with a response or a status.
    pub(crate) answered: AtomicU64,
    /// Calls that were shed because there were too many.
    pub(crate) shed: AtomicU64,
    /// Calls that exceeded their deadline.
    pub(crate) expired: AtomicU64,
    /// Calls that their callers cancelled.
    pub(crate) cancelled: AtomicU64,
    /// Connections of hostile peers.
    pub(crate) harmful: AtomicU64,
    /// Calls of the probe, each with a response in time.
    pub(crate) probes: AtomicU64,
}

/// Increments a counter.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Relaxed);
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [answered, shed, expired, cancelled, harmful, probes] =
            [&self.answered, &self.shed, &self.expired, &self.cancelled, &self.harmful, &self.probes]
                .map(|counter| counter.load(Relaxed));
        write!(
            f,
            "{answered} calls answered, {shed} shed, {expired} expired, {cancelled} cancelled, {harmful} harmful \
             connections, {probes} probes served"
        )
    }
}
