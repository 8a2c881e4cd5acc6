//! Several servers of the same service, called in turn.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use futures::{FutureExt, future::select_all};
use http::Response;
use tokio::time::{self, Instant};

use super::{
    channel::{Channel, Standing, Unreachable},
    incoming::Incoming,
    normalise::BoxError,
    request::Head,
    requests::Requests,
};

/// Servers of the same service. Each request goes to the next one that is connected to, and waits for the first if none is
/// yet. To one that could not be connected to it goes only when there are no others, and fails as that does.
pub(crate) struct Replicas {
    channels: Vec<Channel>,
    /// How long a request waits at the most.
    connect_timeout: Duration,
    turn: AtomicUsize,
}

impl Replicas {
    pub(crate) fn new(channels: impl IntoIterator<Item = Channel>, connect_timeout: Duration) -> Self {
        Self { channels: channels.into_iter().collect(), connect_timeout, turn: AtomicUsize::new(0) }
    }

    pub(crate) async fn send(&self, head: &Head<'_>, requests: &Requests) -> Result<Response<Incoming>, BoxError> {
        let turn = self.turn.fetch_add(1, Relaxed);
        let next = &self.channels[turn % self.channels.len()];
        if next.standing(Instant::now()) == Standing::Connected {
            return next.send(head, requests).await;
        }
        let waited = time::timeout(self.connect_timeout, self.wait(turn)).await;
        waited.unwrap_or_else(|elapsed| Err(Unreachable::because(elapsed)))?.send(head, requests).await
    }

    /// The one that a request goes to, once there is one; fails as that does which is tried for it.
    async fn wait(&self, turn: usize) -> Result<&Channel, Unreachable> {
        let mut tried: Option<&Channel> = None;
        loop {
            match pick(&self.standings(), turn) {
                Pick::Go(index) => return Ok(&self.channels[index]),
                Pick::Try(index) if tried.is_none() => tried = Some(self.channels[index].retry()),
                Pick::Try(_) | Pick::Wait => (),
            }
            if let Some(why) = tried.and_then(Channel::failure) {
                return Err(why);
            }
            self.change().await;
        }
    }

    fn standings(&self) -> Vec<Standing> {
        let now = Instant::now();
        self.channels.iter().map(|channel| channel.standing(now)).collect()
    }

    /// Completes when one of them stands in another way, or its rest is over.
    async fn change(&self) {
        select_all(self.channels.iter().map(|channel| channel.change().boxed())).await;
    }
}

/// What is done about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pick {
    /// It goes to this one.
    Go(usize),
    /// This one is connected to before its rest is over.
    Try(usize),
    /// One may soon be connected to.
    Wait,
}

/// Those that are connected to share the turns of those that are not. One that is tried again is waited for only where there
/// is nothing else to do: it may not answer at all.
fn pick(standings: &[Standing], turn: usize) -> Pick {
    let count = standings.len();
    let in_turn = (0..count).map(|step| turn.wrapping_add(step) % count);
    let mut resting = in_turn.clone().filter(|&index| standings[index] == Standing::Resting);
    let connected: Vec<_> = in_turn.filter(|&index| standings[index] == Standing::Connected).collect();
    match connected[..] {
        [] if standings.contains(&Standing::Connecting) => Pick::Wait,
        [] => resting.next().map_or(Pick::Wait, Pick::Try),
        [..] => Pick::Go(connected[turn / count % connected.len()]),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Pick::{Go, Try, Wait},
        Standing::{Connected, Connecting, Resting, Retrying},
        *,
    };

    #[test]
    fn who_is_next() {
        for (standings, turn, expected) in [
            (&[Connected, Connected, Connected][..], 0, Go(0)),
            (&[Connected, Connected, Connected], 1, Go(1)),
            (&[Connected, Resting, Connected], 1, Go(2)),
            (&[Connected, Resting, Connected], 4, Go(0)),
            (&[Connected, Resting, Connected], 7, Go(2)),
            (&[Resting, Resting, Connected], 0, Go(2)),
            (&[Connecting, Connecting, Connected], 0, Go(2)),
            (&[Connecting, Connecting, Resting], 1, Wait),
            (&[Resting, Retrying, Connecting], 0, Wait),
            (&[Resting, Resting, Resting], 0, Try(0)),
            (&[Resting, Resting, Resting], 1, Try(1)),
            (&[Retrying, Resting, Retrying], 0, Try(1)),
            (&[Retrying, Retrying], 1, Wait),
            (&[Resting], 5, Try(0)),
        ] {
            assert_eq!(pick(standings, turn), expected, "{turn} {standings:?}");
        }
    }

    #[test]
    fn the_turns_of_one_that_rests_are_shared() {
        let picks: Vec<_> = (0..30).map(|turn| pick(&[Connected, Resting, Connected], turn)).collect();
        let to = |index| picks.iter().filter(|pick| **pick == Go(index)).count();
        assert_eq!((to(0), to(2)), (15, 15));
    }
}
