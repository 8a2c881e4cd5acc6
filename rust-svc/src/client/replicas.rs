//! Several servers of the same service, called in turn.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use http::Response;
use tokio::time::Instant;

use super::{
    channel::{Channel, Standing},
    incoming::Incoming,
    normalise::BoxError,
    request::Head,
    requests::Requests,
};

/// Servers of the same service. Each request goes to the next one; to one that is still being connected to only when there
/// is no other, and to one that could not be connected to only when its rest is over, or when none is left.
pub(crate) struct Replicas {
    channels: Vec<Channel>,
    turn: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(channels: impl IntoIterator<Item = Channel>) -> Self {
        Self { channels: channels.into_iter().collect(), turn: AtomicUsize::new(0) }
    }

    pub(crate) async fn send(&self, head: &Head<'_>, requests: &Requests) -> Result<Response<Incoming>, BoxError> {
        self.channels[self.next()].send(head, requests).await
    }

    fn next(&self) -> usize {
        let (turn, now) = (self.turn.fetch_add(1, Relaxed), Instant::now());
        pick(self.channels.len(), turn, |index| self.channels[index].standing(now))
    }
}

/// The first from this turn on that is good, or else the one that stands best.
fn pick(count: usize, turn: usize, standing: impl Fn(usize) -> Standing) -> usize {
    let in_turn = (0..count).map(|step| turn.wrapping_add(step) % count);
    let good = in_turn.clone().find(|&index| standing(index) == Standing::Good);
    good.or_else(|| in_turn.min_by_key(|&index| standing(index))).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        Standing::{Connecting, Good, Resting},
        *,
    };

    #[test]
    fn who_is_next() {
        let now = Instant::now();
        let (soon, late) = (Resting(now + Duration::from_secs(1)), Resting(now + Duration::from_secs(120)));
        for (standing, turn, index) in [
            (&[Good, Good, Good][..], 0, 0),
            (&[Good, Good, Good], 1, 1),
            (&[Good, Good, Good], usize::MAX, usize::MAX % 3),
            (&[Good, soon, Good], 1, 2),
            (&[soon, soon, Good], 0, 2),
            (&[Connecting, Connecting, Good], 0, 2),
            (&[Connecting, Connecting, soon], 1, 1),
            (&[soon, Connecting, late], 2, 1),
            (&[late, soon, late], 0, 1),
            (&[soon], 5, 0),
        ] {
            assert_eq!(pick(standing.len(), turn, |index| standing[index]), index, "{turn} {standing:?}");
        }
    }
}
