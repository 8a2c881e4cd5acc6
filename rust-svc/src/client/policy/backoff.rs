//! The wait before the next attempt: gRFC A6.

use std::time::Duration;

use crate::Retry;

/// The waits between the attempts of one call. They grow exponentially up to a limit, with a jitter of 20 percent.
#[derive(Debug)]
pub(crate) struct Backoff {
    retry: Retry,
    waits: u32,
    random: fastrand::Rng,
}

impl Backoff {
    pub(crate) fn new(retry: Retry) -> Self {
        Self::with_random(retry, fastrand::Rng::new())
    }

    pub(crate) fn with_random(retry: Retry, random: fastrand::Rng) -> Self {
        Self { retry, waits: 0, random }
    }

    /// Returns the next wait.
    pub(crate) fn next(&mut self) -> Duration {
        let exponent = i32::try_from(self.waits).unwrap_or(i32::MAX);
        self.waits = self.waits.saturating_add(1);
        let longest = self.retry.max_backoff.as_secs_f64();
        let wait = self.retry.initial_backoff.as_secs_f64() * self.retry.multiplier.max(0.0).powi(exponent);
        jitter(seconds(wait.min(longest)), &mut self.random)
    }

    /// Starts again with the first wait, as after pushback of the server.
    pub(crate) fn reset(&mut self) {
        self.waits = 0;
    }
}

/// Varies a duration by up to 20 percent, so that clients that failed together do not return together.
pub(crate) fn jitter(duration: Duration, random: &mut fastrand::Rng) -> Duration {
    seconds(duration.as_secs_f64() * (0.8 + 0.4 * random.f64()))
}

/// Converts seconds of a policy; values that are not a duration become zero.
fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn backoff(seed: u64, retry: Retry) -> Backoff {
        Backoff::with_random(retry, fastrand::Rng::with_seed(seed))
    }

    #[test]
    fn waits_are_spread_over_20_percent() {
        let retry = Retry::new(5).backoff_ms(100, 300, 2.0);
        for (index, base) in [100.0, 200.0, 300.0, 300.0].into_iter().enumerate() {
            let mut histogram = [0; 10];
            for seed in 0..10_000 {
                let mut backoff = backoff(seed, retry);
                let wait = (0..=index).map(|_| backoff.next()).last().expect("a wait").as_secs_f64() * 1000.0;
                let share = (wait / base - 0.8) / 0.4;
                assert!((0.0..=1.0).contains(&share), "{wait} ms is not within 20 percent of {base} ms");
                histogram[((share * 10.0) as usize).min(9)] += 1;
            }
            assert!(histogram.iter().all(|count| (800..1200).contains(count)), "{histogram:?}");
        }
    }

    #[test]
    fn pushback_resets_the_exponent() {
        let mut backoff = backoff(1, Retry::new(5).backoff_ms(100, 10_000, 10.0));
        assert!(backoff.next() <= Duration::from_millis(120));
        assert!(backoff.next() >= Duration::from_millis(800));
        backoff.reset();
        assert!(backoff.next() <= Duration::from_millis(120));
    }

    #[test]
    fn invalid_multipliers_do_not_wait() {
        for multiplier in [f64::NAN, f64::INFINITY, -2.0] {
            let mut backoff = backoff(1, Retry::new(5).backoff_ms(0, 0, multiplier));
            assert_eq!((backoff.next(), backoff.next()), (Duration::ZERO, Duration::ZERO));
        }
    }
}
