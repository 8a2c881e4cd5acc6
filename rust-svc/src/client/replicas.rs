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
/// yet. To one that could not be connected to it goes only when its rest is over, or when there are no others.
pub(crate) struct Replicas {
    channels: Vec<Channel>,
    turn: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(channels: impl IntoIterator<Item = Channel>) -> Self {
        Self { channels: channels.into_iter().collect(), turn: AtomicUsize::new(0) }
    }

    pub(crate) async fn send(&self, head: &Head<'_>, requests: &Requests) -> Result<Response<Incoming>, BoxError> {
        self.channels[self.next().await].send(head, requests).await
    }

    async fn next(&self) -> usize {
        let turn = self.turn.fetch_add(1, Relaxed);
        loop {
            let now = Instant::now();
            match pick(self.channels.len(), turn, |index| self.channels[index].standing(now)) {
                Some(index) => return index,
                None => self.change().await,
            }
        }
    }

    /// Completes when one of them stands in another way, or its rest is over.
    async fn change(&self) {
        select_all(self.channels.iter().map(|channel| channel.change().boxed())).await;
    }
}

/// The first from this turn on that is connected to; `None` if one may be soon, and else the one whose rest is over first.
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
        Standing::{Connected, Connecting, Resting},
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
            (&[soon], 5, Some(0)),
        ] {
            assert_eq!(pick(standing.len(), turn, |index| standing[index]), index, "{turn} {standing:?}");
        }
    }
}
