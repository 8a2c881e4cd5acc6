//! Timestamps in microseconds since 1970, for databases.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
    time::Duration,
};

use rust_svc::Timestamp;

/// The time for which an update can be repeated with its key.
pub const KEY_LIFE: Duration = Duration::from_hours(24);

/// The time for which a request that was cancelled before it arrived is remembered. No request is delayed for longer.
pub const PREVENTION_LIFE: Duration = Duration::from_hours(7 * 24);

const PER_SECOND: i64 = 1_000_000;

/// Tells the time. Clones of a manual clock share its time.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<Arc<AtomicI64>>);

impl Clock {
    /// Creates a clock that stands still until it is advanced, for tests.
    pub fn manual() -> Self {
        Self(Some(Arc::new(AtomicI64::new(system_time()))))
    }

    /// Advances a manual clock.
    pub fn advance(&self, by: Duration) {
        if let Some(time) = &self.0 {
            time.fetch_add(micros(by), Relaxed);
        }
    }

    /// Returns the current time.
    pub fn now(&self) -> i64 {
        self.0.as_ref().map_or_else(system_time, |time| time.load(Relaxed))
    }

    /// Returns the time after a duration from now.
    pub fn after(&self, duration: Duration) -> i64 {
        self.now().saturating_add(micros(duration))
    }

    /// Returns the time before now by a duration.
    pub fn before(&self, duration: Duration) -> i64 {
        self.now().saturating_sub(micros(duration))
    }
}

fn system_time() -> i64 {
    to_micros(Timestamp::now())
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Returns the microseconds of a timestamp, truncated.
pub fn to_micros(time: Timestamp) -> i64 {
    time.seconds() * PER_SECOND + i64::from(time.nanos() / 1_000)
}

/// Returns the timestamp of these microseconds; `None` before the year 1 or after the year 9999.
pub fn from_micros(micros: i64) -> Option<Timestamp> {
    let nanos = u32::try_from(micros.rem_euclid(PER_SECOND)).ok()? * 1_000;
    Timestamp::new(micros.div_euclid(PER_SECOND), nanos)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use rust_svc::Timestamp;

    use super::{Clock, from_micros, to_micros};

    #[test]
    fn times_round_trip() {
        for (seconds, nanos) in [(0, 0), (-1, 999_999_000), (-62_135_596_800, 0), (253_402_300_799, 1_000)] {
            let time = Timestamp::new(seconds, nanos).expect("in range");
            assert_eq!(from_micros(to_micros(time)), Some(time));
        }
        assert_eq!(from_micros(i64::MAX), None);
    }

    #[test]
    fn clones_of_a_manual_clock_share_its_time() {
        let clock = Clock::manual();
        let begun = clock.now();
        clock.clone().advance(Duration::from_secs(2));
        assert_eq!((clock.now() - begun, clock.before(Duration::from_secs(2))), (2_000_000, begun));
    }
}
