//! The progress of a request below the layers, and the preferences of its attempt.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::task::AtomicWaker;

use super::super::request::OutgoingRequest;

/// An attempt on both sides of the layers. It travels in the extensions of the request.
#[derive(Debug, Default)]
pub(super) struct AttemptProgress {
    waits_for_ready: bool,
    ranks: Vec<(usize, u8)>,
    events: Mutex<Events>,
    waker: AtomicWaker,
}

#[derive(Debug, Default)]
struct Events {
    picked: Option<(usize, Arc<str>)>,
    sent: Option<Option<SocketAddr>>,
}

impl AttemptProgress {
    /// Creates the progress of a request that may go to these servers.
    pub(super) fn new(request: &impl OutgoingRequest, servers: impl Iterator<Item = usize>) -> Self {
        let ranks = servers.map(|server| (server, request.rank(server))).collect();
        Self { waits_for_ready: request.waits_for_ready(), ranks, ..Self::default() }
    }

    pub(super) fn waits_for_ready(&self) -> bool {
        self.waits_for_ready
    }

    pub(super) fn rank(&self, server: usize) -> u8 {
        self.ranks.iter().find(|(index, _)| *index == server).map_or(0, |(_, rank)| *rank)
    }

    pub(super) fn pick(&self, server: usize, address: &Arc<str>) {
        self.events().picked = Some((server, address.clone()));
        self.waker.wake();
    }

    pub(super) fn sent(&self, peer: Option<SocketAddr>) {
        self.events().sent = Some(peer);
        self.waker.wake();
    }

    /// Wakes a task at the next event.
    pub(super) fn register(&self, cx: &std::task::Context<'_>) {
        self.waker.register(cx.waker());
    }

    /// Reports the events so far to the request of the attempt.
    pub(super) fn report(&self, request: &impl OutgoingRequest) {
        let Events { picked, sent } = std::mem::take(&mut *self.events());
        picked.inspect(|(server, address)| request.pick(*server, address));
        sent.inspect(|peer| request.sent(*peer));
    }

    fn events(&self) -> MutexGuard<'_, Events> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
