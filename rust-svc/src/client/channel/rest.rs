//! How long a server is left alone that could not be connected to.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::backoff::jitter;

/// How long a server is left alone at first and at most, as gRPC backs off from connecting: each time 1.6 times as long,
/// give or take 20 percent.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);
const GROWTH: f64 = 1.6;

/// Nobody connects to a server more often than that, as a part of its rest and at most: all calls meanwhile fail as the last
/// one did. Who waits as long as this is served by one that was started again.
const PAUSE: f64 = 0.02;
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// How long a server is left alone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rest {
    last: Duration,
    failed: Option<Instant>,
    pub(super) until: Option<Instant>,
}

impl Rest {
    /// The rest after one more failure. One that was not waited for is no reason for a longer one.
    pub(super) fn longer(self, now: Instant) -> Self {
        if self.until.is_some_and(|until| until > now) {
            return Self { failed: Some(now), ..self };
        }
        let last = self.last.mul_f64(GROWTH).clamp(FIRST, LONGEST);
        Self { last, failed: Some(now), until: Some(now + jitter(last, &mut fastrand::Rng::new())) }
    }

    /// True if the last failure is too new for another attempt, even for a call that needs one.
    pub(super) fn has_just_begun(self, now: Instant) -> bool {
        let pause = self.last.mul_f64(PAUSE).min(LONGEST_PAUSE);
        self.failed.is_some_and(|failed| now.saturating_duration_since(failed) < pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_grow_to_a_limit() {
        let (mut now, mut rest, mut rests) = (Instant::now(), Rest::default(), Vec::new());
        for _ in 0..12 {
            rest = rest.longer(now);
            assert_eq!(rest.longer(now).until, rest.until, "failures at the same time are one");
            rests.push(rest.last.as_millis());
            assert!(rest.has_just_begun(now) && !rest.has_just_begun(now + LONGEST_PAUSE));
            now += LONGEST * 2;
        }
        assert_eq!(rests[..4], [1000, 1600, 2560, 4096]);
        assert_eq!(rests[11], LONGEST.as_millis());
    }
}
