//! Several servers of the same service, called in turn.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use futures::{FutureExt, future::select_all};
use http::Response;
use tokio::time::Instant;

use super::{
    channel::{Channel, Standing},
    incoming::Incoming,
    normalise::BoxError,
    request::Head,
    requests::Requests,
};

/// Servers of the same service. Each request goes to the next one that is connected to, and waits for the first if none is
/// yet. To one that could not be connected to it goes only when there are no others, and fails as that does.
pub(crate) struct Replicas {
    channels: Vec<Channel>,
    turn: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(channels: impl IntoIterator<Item = Channel>) -> Self {
        Self { channels: channels.into_iter().collect(), turn: AtomicUsize::new(0) }
    }

    pub(crate) async fn send(&self, head: &Head<'_>, requests: &Requests) -> Result<Response<Incoming>, BoxError> {
        self.next().await?.send(head, requests).await
    }

    /// Whom a request goes to. Who has waited for all of them in vain need not try one again.
    async fn next(&self) -> Result<&Channel, BoxError> {
        let (turn, mut has_waited) = (self.turn.fetch_add(1, Relaxed), false);
        loop {
            let now = Instant::now();
            let next = pick(self.channels.len(), turn, |index| self.channels[index].standing(now));
            match next.map(|index| &self.channels[index]) {
                Some(channel) => {
                    return channel.failure().filter(|_| has_waited).map_or(Ok(channel), |why| Err(why.into()));
                }
                None => self.change().await,
            }
            has_waited = true;
        }
    }

    /// Completes when one of them stands in another way, or its rest is over.
    async fn change(&self) {
        select_all(self.channels.iter().map(|channel| channel.change().boxed())).await;
    }
}

/// The first from this turn on that is connected to; `None` if one may be soon for the first time, and else one that is tried
/// again, or the one whose rest is over first.
fn pick(count: usize, turn: usize, standing: impl Fn(usize) -> Standing) -> Option<usize> {
    let in_turn = (0..count).map(|step| turn.wrapping_add(step) % count);
    let connected = in_turn.clone().find(|&index| standing(index) == Standing::Connected);
    connected.or_else(|| {
        let best = in_turn.min_by_key(|&index| standing(index)).unwrap_or(0);
        (standing(best) != Standing::Connecting).then_some(best)
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{
        Standing::{Connected, Connecting, Resting, Retrying},
        *,
    };

    #[test]
    fn who_is_next() {
        let now = Instant::now();
        let (soon, late) = (Resting(now + Duration::from_secs(1)), Resting(now + Duration::from_secs(120)));
        for (standing, turn, index) in [
            (&[Connected, Connected, Connected][..], 0, Some(0)),
            (&[Connected, Connected, Connected], 1, Some(1)),
            (&[Connected, Connected, Connected], usize::MAX, Some(usize::MAX % 3)),
            (&[Connected, soon, Connected], 1, Some(2)),
            (&[soon, soon, Connected], 0, Some(2)),
            (&[Connecting, Connecting, Connected], 0, Some(2)),
            (&[Connecting, Connecting, soon], 1, None),
            (&[soon, Connecting, late], 2, None),
            (&[late, soon, late], 0, Some(1)),
            (&[soon, Retrying, late], 0, Some(1)),
            (&[soon, Retrying, Connecting], 0, None),
            (&[soon], 5, Some(0)),
        ] {
            assert_eq!(pick(standing.len(), turn, |index| standing[index]), index, "{turn} {standing:?}");
        }
    }
}
