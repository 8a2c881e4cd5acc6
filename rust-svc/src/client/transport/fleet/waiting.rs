//! Waits for an endpoint that can be reached.

use std::{sync::Arc, time::Duration};

use tokio::time::{self, Instant};

use super::{
    super::{error::Unreachable, request::OutgoingRequest},
    channel::{ChannelState, not_connected},
    endpoint_list::{EndpointEntry, EndpointList},
    endpoints::Fleet,
};

/// The delay before another endpoint is reconnected while one does not respond (RFC 8305 recommends 250 ms).
const CONNECT_DELAY: Duration = Duration::from_millis(250);

/// The decision about a request.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Choice {
    /// Send it to one of these endpoints.
    Among(Vec<usize>),
    /// Connect to an endpoint before its backoff has passed.
    ForceConnect,
    /// Wait for a change.
    Wait,
    /// Fail.
    Fail,
}

/// The endpoints that a request has reconnected.
#[derive(Default)]
struct ForcedConnects {
    indices: Vec<usize>,
    last_error: Option<Unreachable>,
}

impl Fleet {
    /// Waits for an endpoint that is ready: up to the connect timeout, or as long as the request waits.
    pub(super) async fn wait(self: &Arc<Self>, request: &impl OutgoingRequest) -> Result<EndpointEntry, Unreachable> {
        if request.waits_for_ready() {
            return self.find_ready(request).await;
        }
        let found = time::timeout(self.connect_timeout, self.find_ready(request)).await;
        found.unwrap_or_else(|elapsed| Err(Unreachable::new(elapsed)))
    }

    /// Resolves and connects. Returns when an endpoint is ready and the others were tried, or when all have failed.
    pub(crate) async fn connect(self: &Arc<Self>) -> Result<(), Unreachable> {
        let connected = time::timeout(self.connect_timeout, self.connect_all()).await;
        connected.unwrap_or_else(|elapsed| match self.endpoints().entries.iter().any(is_ready) {
            true => Ok(()),
            false => Err(Unreachable::new(elapsed)),
        })
    }

    async fn connect_all(self: &Arc<Self>) -> Result<(), Unreachable> {
        let mut changes = self.subscribe();
        loop {
            self.start_resolving();
            changes.borrow_and_update();
            let list = self.endpoints();
            let states = list.states(Instant::now());
            let is_pending =
                |state: &ChannelState| matches!(state, ChannelState::Connecting | ChannelState::Reconnecting);
            if list.is_resolved && !states.iter().any(is_pending) {
                return if states.contains(&ChannelState::Ready) { Ok(()) } else { Err(list.failure()) };
            }
            let _ = changes.changed().await;
        }
    }

    async fn find_ready(self: &Arc<Self>, request: &impl OutgoingRequest) -> Result<EndpointEntry, Unreachable> {
        let (mut changes, mut forced) = (self.subscribe(), ForcedConnects::default());
        loop {
            self.start_resolving();
            // Changes from now on are noticed, before the states are read.
            changes.borrow_and_update();
            let list = self.endpoints();
            let states = list.states(Instant::now());
            let rank = |position: usize| request.rank(list.entries[position].index);
            match choose(&states, rank, list.is_resolved, request.waits_for_ready()) {
                Choice::Among(usable) => {
                    if let Some(entry) = self.pick(&list, &usable, request) {
                        return Ok(entry);
                    }
                }
                Choice::Fail => return Err(list.failure()),
                Choice::Wait => (),
                Choice::ForceConnect => match forced.next(&list, &states, self.next_turn())? {
                    true => (),
                    false => continue,
                },
            }
            let _ = time::timeout(CONNECT_DELAY, changes.changed()).await;
        }
    }

    fn pick(&self, list: &EndpointList, usable: &[usize], request: &impl OutgoingRequest) -> Option<EndpointEntry> {
        let key = list.picker.metadata().and_then(|name| request.hash_metadata(name));
        let free: Vec<_> =
            usable.iter().copied().filter(|position| list.entries[*position].channel.has_free_stream()).collect();
        // A request does not wait for a stream of one endpoint while another has one, unless its key decides.
        let usable = if free.is_empty() || list.picker.metadata().is_some() { usable } else { &free };
        let load = |position: usize| list.entries.get(position).map_or(0, |entry| entry.channel.load());
        let position = list.picker.among(usable, list.entries.len(), key, || self.next_turn(), load)?;
        list.entries.get(position).cloned()
    }
}

impl ForcedConnects {
    /// Reconnects the next endpoint that is backing off, in turn. Returns whether an attempt is in progress. Fails when all
    /// reconnects of this request have failed.
    fn next(&mut self, list: &EndpointList, states: &[ChannelState], turn: usize) -> Result<bool, Unreachable> {
        let failures = self.indices.iter().rev().filter_map(|index| list.find(*index)?.channel.failure());
        self.last_error = failures.into_iter().next().or(self.last_error.take());
        let count = states.len();
        let mut in_turn = (0..count).map(|step| turn.wrapping_add(step) % count);
        let is_new = |position: &usize| {
            states[*position] == ChannelState::BackingOff && !self.indices.contains(&list.entries[*position].index)
        };
        let Some(position) = in_turn.find(is_new) else {
            return match self.last_error.take() {
                Some(error) if !states.contains(&ChannelState::Reconnecting) => Err(error),
                error => {
                    self.last_error = error;
                    Ok(true)
                }
            };
        };
        let entry = &list.entries[position];
        self.indices.push(entry.index);
        Ok(entry.channel.force_connect())
    }
}

impl EndpointList {
    fn states(&self, now: Instant) -> Vec<ChannelState> {
        self.entries.iter().map(|entry| entry.channel.poll_state(now)).collect()
    }

    fn find(&self, index: usize) -> Option<&EndpointEntry> {
        self.entries.iter().find(|entry| entry.index == index)
    }

    /// Returns the error of a request that finds no endpoint.
    fn failure(&self) -> Unreachable {
        let failure = self.entries.iter().find_map(|entry| entry.channel.failure());
        self.error.clone().or(failure).unwrap_or_else(not_connected)
    }
}

fn is_ready(entry: &EndpointEntry) -> bool {
    entry.channel.poll_state(Instant::now()) == ChannelState::Ready
}

/// Decides about a request. An endpoint that is reconnecting is not waited for while another is usable, because it may not
/// respond at all. Without another endpoint, the backoff is kept.
fn choose(states: &[ChannelState], rank: impl Fn(usize) -> u8, is_resolved: bool, waits_for_ready: bool) -> Choice {
    let ready = || (0..states.len()).filter(|position| states[*position] == ChannelState::Ready);
    if let Some(best) = ready().map(&rank).min() {
        return Choice::Among(ready().filter(|position| rank(*position) == best).collect());
    }
    match states {
        _ if waits_for_ready || !is_resolved => Choice::Wait,
        [] | [ChannelState::BackingOff] => Choice::Fail,
        [_] => Choice::Wait,
        _ if states.contains(&ChannelState::Connecting) => Choice::Wait,
        _ => Choice::ForceConnect,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        ChannelState::{BackingOff, Connecting, Ready, Reconnecting},
        *,
    };

    #[test]
    fn ready_endpoints_are_chosen_and_others_waited_for() {
        for (states, expected) in [
            (&[Ready, Ready, Ready][..], Choice::Among(vec![0, 1, 2])),
            (&[Ready, BackingOff, Ready], Choice::Among(vec![0, 2])),
            (&[Connecting, Connecting, Ready], Choice::Among(vec![2])),
            (&[Connecting, Connecting, BackingOff], Choice::Wait),
            (&[BackingOff, Reconnecting, Connecting], Choice::Wait),
            (&[BackingOff, BackingOff, BackingOff], Choice::ForceConnect),
            (&[Reconnecting, BackingOff, Reconnecting], Choice::ForceConnect),
            (&[Reconnecting, Reconnecting], Choice::ForceConnect),
            (&[BackingOff], Choice::Fail),
            (&[Reconnecting], Choice::Wait),
            (&[], Choice::Fail),
        ] {
            assert_eq!(choose(states, |_| 0, true, false), expected, "{states:?}");
        }
        for states in [&[BackingOff][..], &[BackingOff, BackingOff], &[]] {
            assert_eq!(choose(states, |_| 0, true, true), Choice::Wait, "{states:?} with wait-for-ready");
        }
        assert_eq!(choose(&[], |_| 0, false, false), Choice::Wait, "the resolver has not responded");
    }

    #[test]
    fn the_lowest_rank_of_ready_endpoints_is_chosen() {
        let states = [Ready, Ready, BackingOff, Ready];
        for (ranks, expected) in [([2, 1, 0, 2], &[1][..]), ([1, 1, 0, 2], &[0, 1]), ([2, 2, 0, 2], &[0, 1, 3])] {
            assert_eq!(choose(&states, |position| ranks[position], true, false), Choice::Among(expected.to_vec()));
        }
    }
}
