//! Several servers of the same service, called in turn.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use http::Response;
use tokio::time::Instant;

use super::{
    backoff::jitter,
    channel::Channel,
    incoming::Incoming,
    normalise::{self, BoxError},
    request::Head,
    requests::Requests,
};

/// How long a server is left alone that could not be connected to, at first and at most, as gRPC backs off from
/// connecting: each time 1.6 times as long, give or take 20 percent.
const FIRST_REST: Duration = Duration::from_secs(1);
const LONGEST_REST: Duration = Duration::from_secs(120);
const GROWTH: f64 = 1.6;

/// Servers of the same service. Each request goes to the next one; to one that could not be connected to only when its
/// rest is over, or when none is left.
pub(crate) struct Replicas {
    replicas: Vec<Replica>,
    turn: AtomicUsize,
}

struct Replica {
    channel: Channel,
    rest: Mutex<Rest>,
}

/// How long a server is left alone.
#[derive(Clone, Copy, Debug, Default)]
struct Rest {
    last: Duration,
    until: Option<Instant>,
}

impl Replicas {
    pub(crate) fn new(channels: impl IntoIterator<Item = Channel>) -> Self {
        let replica = |channel| Replica { channel, rest: Mutex::default() };
        Self { replicas: channels.into_iter().map(replica).collect(), turn: AtomicUsize::new(0) }
    }

    pub(crate) async fn send(&self, head: &Head<'_>, requests: &Requests) -> Result<Response<Incoming>, BoxError> {
        let replica = &self.replicas[self.next()];
        let sent = replica.channel.send(head, requests).await;
        match &sent {
            Ok(_) => replica.note(true),
            Err(error) if normalise::is_unreachable(&**error) => replica.note(false),
            Err(_) => (),
        }
        sent
    }

    fn next(&self) -> usize {
        let now = Instant::now();
        let resting: Vec<_> = self.replicas.iter().map(|replica| replica.rest().until).collect();
        pick(&resting, self.turn.fetch_add(1, Relaxed), now)
    }
}

/// The first from this turn on that does not rest, or else the one whose rest is over first.
fn pick(resting: &[Option<Instant>], turn: usize, now: Instant) -> usize {
    let in_turn = (0..resting.len()).map(|step| turn.wrapping_add(step) % resting.len());
    let awake = in_turn.clone().find(|&index| resting[index].is_none_or(|until| until <= now));
    awake.or_else(|| in_turn.min_by_key(|&index| resting[index])).unwrap_or(0)
}

impl Replica {
    fn rest(&self) -> Rest {
        *self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what a request says of the server. Those that failed together count once.
    fn note(&self, reached: bool) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        *rest = if reached { Rest::default() } else { rest.longer(Instant::now()) };
    }
}

impl Rest {
    fn longer(self, now: Instant) -> Self {
        if self.until.is_some_and(|until| until > now) {
            return self;
        }
        let last = self.last.mul_f64(GROWTH).clamp(FIRST_REST, LONGEST_REST);
        Self { last, until: Some(now + jitter(last, &mut fastrand::Rng::new())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_next() {
        let now = Instant::now();
        let (soon, late, past) = (Some(now + FIRST_REST), Some(now + LONGEST_REST), Some(now));
        for (resting, turn, index) in [
            (&[None, None, None][..], 0, 0),
            (&[None, None, None], 1, 1),
            (&[None, None, None], usize::MAX, usize::MAX % 3),
            (&[None, soon, None], 1, 2),
            (&[soon, soon, None], 0, 2),
            (&[soon, past, None], 0, 1),
            (&[late, soon, late], 0, 1),
            (&[soon], 5, 0),
        ] {
            assert_eq!(pick(resting, turn, now), index, "{turn} {resting:?}");
        }
    }

    #[test]
    fn rests_grow_to_a_limit() {
        let (mut now, mut rest, mut rests) = (Instant::now(), Rest::default(), Vec::new());
        for _ in 0..12 {
            rest = rest.longer(now);
            assert_eq!(rest.longer(now).until, rest.until, "failures at the same time are one");
            rests.push(rest.last.as_millis());
            now += LONGEST_REST * 2;
        }
        assert_eq!(rests[..4], [1000, 1600, 2560, 4096]);
        assert_eq!(rests[11], LONGEST_REST.as_millis());
    }
}
