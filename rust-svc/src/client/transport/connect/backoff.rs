//! The backoff between attempts to connect.

use std::time::Duration;

use tokio::time::Instant;

/// The parameters of gRPC's connection backoff: each delay is 1.6 times the one before, with a jitter of 20 percent.
const BASE_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(120);
const MULTIPLIER: f64 = 1.6;
const JITTER: f64 = 0.2;

/// The least time between two attempts to connect, as a share of the delay and at most, if all of several endpoints are backing
/// off. Calls look for the endpoint that is back first, but at most ten times for each delay.
const MIN_INTERVAL_SHARE: f64 = 0.1;
const MAX_INTERVAL: Duration = Duration::from_secs(2);

/// The backoff of one address.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct ConnectBackoff {
    delay: Duration,
    failed: Option<Instant>,
    /// The end of the backoff.
    pub(crate) until: Option<Instant>,
}

impl ConnectBackoff {
    /// Returns the backoff after one more failure. A failure within a backoff does not extend it.
    pub(crate) fn next(self, now: Instant) -> Self {
        if self.until.is_some_and(|until| until > now) {
            return Self { failed: Some(now), ..self };
        }
        let delay = self.delay.mul_f64(MULTIPLIER).clamp(BASE_DELAY, MAX_DELAY);
        let jitter = 1.0 - JITTER + 2.0 * JITTER * fastrand::f64();
        Self { delay, failed: Some(now), until: Some(now + delay.mul_f64(jitter)) }
    }

    /// Returns whether the last failure is too recent for another attempt, even for a call without another server.
    pub(crate) fn is_throttled(self, now: Instant) -> bool {
        let interval = self.delay.mul_f64(MIN_INTERVAL_SHARE).min(MAX_INTERVAL);
        self.failed.is_some_and(|failed| now.saturating_duration_since(failed) < interval)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_a_limit() {
        let (mut now, mut backoff, mut delays) = (Instant::now(), ConnectBackoff::default(), Vec::new());
        for _ in 0..12 {
            backoff = backoff.next(now);
            assert_eq!(backoff.next(now).until, backoff.until, "concurrent failures count once");
            delays.push(backoff.delay.as_millis());
            assert!(backoff.is_throttled(now) && !backoff.is_throttled(now + MAX_INTERVAL));
            now += MAX_DELAY * 2;
        }
        assert_eq!(delays[..4], [1000, 1600, 2560, 4096]);
        assert_eq!(delays[11], MAX_DELAY.as_millis());
    }
}
