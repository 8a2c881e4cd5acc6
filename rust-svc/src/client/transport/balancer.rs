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

/// The delay before another server is reconnected while one does not respond (RFC 8305 recommends 250 ms).
const CONNECT_DELAY: Duration = Duration::from_millis(250);

/// Servers of the same service, picked in turn.
///
/// A request goes to the next ready server of the lowest rank, and waits for the first one if none is ready yet. Only if
/// all servers are backing off, it forces reconnects, one after the other.
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

    pub(super) fn len(&self) -> usize {
        self.channels.len()
    }

    pub(super) async fn send(&self, request: &impl OutgoingRequest) -> Result<Response<IncomingBody>, BoxError> {
        let turn = self.turn.fetch_add(1, Relaxed);
        let next = turn % self.channels.len();
        let is_ready = self.channels[next].poll_state(Instant::now()) == ConnectivityState::Ready;
        let index = if is_ready && request.rank(next) == 0 {
            next
        } else {
            let waited = time::timeout(self.connect_timeout, self.wait(turn, request)).await;
            waited.unwrap_or_else(|elapsed| Err(Unreachable::new(elapsed)))?
        };
        request.pick(index);
        self.channels[index].send(request).await
    }

    /// Waits for a server that is ready. If all servers are backing off, reconnects them in turn, and fails when all
    /// reconnects of this request have failed.
    async fn wait(&self, turn: usize, request: &impl OutgoingRequest) -> Result<usize, Unreachable> {
        let mut forced = Vec::new();
        let mut last_error: Option<Unreachable> = None;
        loop {
            let states = self.states();
            let mut has_failed_just_now = false;
            match pick(&states, |index| request.rank(index), turn) {
                Pick::Ready(index) => return Ok(index),
                Pick::Wait => (),
                Pick::ForceConnect => {
                    let is_new = |index: &usize| !forced.contains(index);
                    let next = self.in_turn(turn).filter(is_new).find(|&index| self.channels[index].is_backing_off());
                    let is_pending = states.contains(&ConnectivityState::Reconnecting);
                    if let (None, false, Some(error)) = (next, is_pending, last_error.take()) {
                        return Err(error);
                    }
                    if let Some(index) = next {
                        self.channels[index].force_connect();
                        has_failed_just_now = self.channels[index].is_backing_off();
                        forced.push(index);
                    }
                }
            }
            if !has_failed_just_now {
                let _ = time::timeout(CONNECT_DELAY, self.changed()).await;
            }
            last_error = forced.iter().rev().find_map(|&index| self.channels[index].failure()).or(last_error);
        }
    }

    fn in_turn(&self, turn: usize) -> impl Iterator<Item = usize> {
        let count = self.channels.len();
        (0..count).map(move |step| turn.wrapping_add(step) % count)
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
    /// Connect to a server before its backoff has passed.
    ForceConnect,
    /// Wait for a change.
    Wait,
}

/// Picks a server. Servers that are ready share the turns of the others. A server that is reconnecting is not waited for
/// while another is usable, because it may not respond at all.
fn pick(states: &[ConnectivityState], rank: impl Fn(usize) -> u8, turn: usize) -> Pick {
    let count = states.len();
    let in_turn = (0..count).map(|step| turn.wrapping_add(step) % count);
    let ready = in_turn.filter(|&index| states[index] == ConnectivityState::Ready).map(|index| (rank(index), index));
    let ready: Vec<_> = ready.collect();
    let Some(best) = ready.iter().map(|(rank, _)| *rank).min() else {
        return if states.contains(&ConnectivityState::Connecting) { Pick::Wait } else { Pick::ForceConnect };
    };
    let best: Vec<_> = ready.into_iter().filter(|(rank, _)| *rank == best).map(|(_, index)| index).collect();
    Pick::Ready(best[turn / count % best.len()])
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
            (&[TransientFailure, TransientFailure, TransientFailure], 0, Pick::ForceConnect),
            (&[Reconnecting, TransientFailure, Reconnecting], 0, Pick::ForceConnect),
            (&[Reconnecting, Reconnecting], 1, Pick::ForceConnect),
            (&[TransientFailure], 5, Pick::ForceConnect),
        ] {
            assert_eq!(pick(states, |_| 0, turn), expected, "{turn} {states:?}");
        }
    }

    #[test]
    fn ready_servers_share_the_turns_of_others() {
        let picks: Vec<_> = (0..30).map(|turn| pick(&[Ready, TransientFailure, Ready], |_| 0, turn)).collect();
        let to = |index| picks.iter().filter(|pick| **pick == Pick::Ready(index)).count();
        assert_eq!((to(0), to(2)), (15, 15));
    }

    #[test]
    fn the_lowest_rank_of_ready_servers_is_picked() {
        let states = [Ready, Ready, TransientFailure, Ready];
        for (ranks, allowed) in [([2, 1, 0, 2], &[1][..]), ([1, 1, 0, 2], &[0, 1]), ([2, 2, 0, 2], &[0, 1, 3])] {
            for turn in 0..20 {
                let Pick::Ready(index) = pick(&states, |index| ranks[index], turn) else { panic!("ready") };
                assert!(allowed.contains(&index), "{ranks:?} {index}");
            }
        }
    }
}
