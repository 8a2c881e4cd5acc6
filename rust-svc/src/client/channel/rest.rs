//! How long a server is left alone that could not be connected to.

use std::time::Duration;

use tokio::time::Instant;

use crate::client::backoff::jitter;

/// How long a server is left alone at first and at most, as gRPC backs off from connecting: each time 1.6 times as long,
/// give or take 20 percent.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);
const GROWTH: f64 = 1.6;

/// How long a server is left alone.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Rest {
    last: Duration,
    pub(super) until: Option<Instant>,
}

impl Rest {
    /// The rest after one more failure. One that was not waited for is no reason for a longer one.
    pub(super) fn longer(self, now: Instant) -> Self {
        if self.until.is_some_and(|until| until > now) {
            return self;
        }
        let last = self.last.mul_f64(GROWTH).clamp(FIRST, LONGEST);
        Self { last, until: Some(now + jitter(last, &mut fastrand::Rng::new())) }
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
            now += LONGEST * 2;
        }
        assert_eq!(rests[..4], [1000, 1600, 2560, 4096]);
        assert_eq!(rests[11], LONGEST.as_millis());
    }
}
