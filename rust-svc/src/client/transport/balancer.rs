//! The choice among several servers of the same service.

use std::{
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use futures::{FutureExt, future::select_all};
use http::Response;
use tokio::time::{self, Instant};

use super::{
    channel::{Channel, ConnectivityState},
    error::Unreachable,
    incoming_body::IncomingBody,
    request::OutgoingRequest,
};
use crate::error::BoxError;

/// Servers of the same service, picked in turn.
///
/// A request goes to the next server that is ready, and waits for the first one if none is ready yet. Only if all
/// servers are backing off, it forces a reconnect and fails as that does.
pub(crate) struct Balancer {
    channels: Vec<Channel>,
    /// The longest wait of a request for a server.
    connect_timeout: Duration,
    turn: AtomicUsize,
}

impl Balancer {
    pub(crate) fn new(channels: impl IntoIterator<Item = Channel>, connect_timeout: Duration) -> Self {
        Self { channels: channels.into_iter().collect(), connect_timeout, turn: AtomicUsize::new(0) }
    }

    pub(super) async fn send(&self, request: &impl OutgoingRequest) -> Result<Response<IncomingBody>, BoxError> {
        let turn = self.turn.fetch_add(1, Relaxed);
        let next = &self.channels[turn % self.channels.len()];
        if next.poll_state(Instant::now()) == ConnectivityState::Ready {
            return next.send(request).await;
        }
        let waited = time::timeout(self.connect_timeout, self.wait(turn)).await;
        waited.unwrap_or_else(|elapsed| Err(Unreachable::new(elapsed)))?.send(request).await
    }

    /// Waits for a server that is ready. Fails with the error of the one that is reconnected for this request.
    async fn wait(&self, turn: usize) -> Result<&Channel, Unreachable> {
        let mut forced: Option<&Channel> = None;
        loop {
            match pick(&self.states(), turn) {
                Pick::Ready(index) => return Ok(&self.channels[index]),
                Pick::ForceConnect(index) if forced.is_none() => forced = Some(self.channels[index].force_connect()),
                Pick::ForceConnect(_) | Pick::Wait => (),
            }
            if let Some(error) = forced.and_then(Channel::failure) {
                return Err(error);
            }
            self.changed().await;
        }
    }

    fn states(&self) -> Vec<ConnectivityState> {
        let now = Instant::now();
        self.channels.iter().map(|channel| channel.poll_state(now)).collect()
    }

    /// Completes when the state of a server changes or its backoff has passed.
    async fn changed(&self) {
        select_all(self.channels.iter().map(|channel| channel.changed().boxed())).await;
    }
}

/// The decision about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pick {
    /// Send it to this server.
    Ready(usize),
    /// Connect to this server before its backoff has passed.
    ForceConnect(usize),
    /// Wait for a change.
    Wait,
}

/// Picks a server. Servers that are ready share the turns of the others. A server that is reconnecting is not waited for
/// while another is usable, because it may not respond at all.
fn pick(states: &[ConnectivityState], turn: usize) -> Pick {
    let count = states.len();
    let in_turn = (0..count).map(|step| turn.wrapping_add(step) % count);
    let mut failed = in_turn.clone().filter(|&index| states[index] == ConnectivityState::TransientFailure);
    let ready: Vec<_> = in_turn.filter(|&index| states[index] == ConnectivityState::Ready).collect();
    match ready[..] {
        [] if states.contains(&ConnectivityState::Connecting) => Pick::Wait,
        [] => failed.next().map_or(Pick::Wait, Pick::ForceConnect),
        [..] => Pick::Ready(ready[turn / count % ready.len()]),
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ConnectivityState::{Connecting, Ready, Reconnecting, TransientFailure},
        *,
    };

    #[test]
    fn picks_the_next_ready_server() {
        for (states, turn, expected) in [
            (&[Ready, Ready, Ready][..], 0, Pick::Ready(0)),
            (&[Ready, Ready, Ready], 1, Pick::Ready(1)),
            (&[Ready, TransientFailure, Ready], 1, Pick::Ready(2)),
            (&[Ready, TransientFailure, Ready], 4, Pick::Ready(0)),
            (&[Ready, TransientFailure, Ready], 7, Pick::Ready(2)),
            (&[TransientFailure, TransientFailure, Ready], 0, Pick::Ready(2)),
            (&[Connecting, Connecting, Ready], 0, Pick::Ready(2)),
            (&[Connecting, Connecting, TransientFailure], 1, Pick::Wait),
            (&[TransientFailure, Reconnecting, Connecting], 0, Pick::Wait),
            (&[TransientFailure, TransientFailure, TransientFailure], 0, Pick::ForceConnect(0)),
            (&[TransientFailure, TransientFailure, TransientFailure], 1, Pick::ForceConnect(1)),
            (&[Reconnecting, TransientFailure, Reconnecting], 0, Pick::ForceConnect(1)),
            (&[Reconnecting, Reconnecting], 1, Pick::Wait),
            (&[TransientFailure], 5, Pick::ForceConnect(0)),
        ] {
            assert_eq!(pick(states, turn), expected, "{turn} {states:?}");
        }
    }

    #[test]
    fn ready_servers_share_the_turns_of_others() {
        let picks: Vec<_> = (0..30).map(|turn| pick(&[Ready, TransientFailure, Ready], turn)).collect();
        let to = |index| picks.iter().filter(|pick| **pick == Pick::Ready(index)).count();
        assert_eq!((to(0), to(2)), (15, 15));
    }
}
