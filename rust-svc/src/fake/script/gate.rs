//! Gates: points at which the test holds calls.

use std::{
    collections::VecDeque,
    panic::Location,
    sync::{Arc, Mutex, Weak},
};

use tokio::sync::{oneshot, watch};

use crate::fake::{
    lock::lock,
    session::{SessionState, within_limit},
    text::calls,
};

/// Holds calls until the test lets them through, so that a test decides which comes first in a race.
///
/// A gate is closed at first. Clones are one gate.
#[derive(Clone, Debug)]
pub struct Gate(Arc<GateState>);

#[derive(Debug)]
struct GateState {
    passage: Mutex<Passage>,
    held: watch::Sender<usize>,
    /// The session of the last script that holds its calls here.
    session: Mutex<Weak<SessionState>>,
}

/// The calls that may pass and those that wait.
#[derive(Debug, Default)]
struct Passage {
    is_open: bool,
    /// The number of calls that may still pass while the gate is closed.
    admitted: usize,
    waiting: VecDeque<oneshot::Sender<()>>,
}

impl Gate {
    /// Creates a closed gate.
    pub fn new() -> Self {
        let (passage, session) = (Mutex::default(), Mutex::default());
        Self(Arc::new(GateState { passage, held: watch::Sender::new(0), session }))
    }

    /// Lets all calls through, those that wait and those that come, until the gate is closed again.
    pub fn open(&self) {
        let mut passage = lock(&self.0.passage);
        passage.is_open = true;
        for waiting in passage.waiting.drain(..) {
            // The call may have been cancelled.
            let _ = waiting.send(());
        }
    }

    /// Lets `count` calls through, those that wait first.
    pub fn admit(&self, count: usize) {
        lock(&self.0.passage).admit(count);
    }

    /// Holds calls from now on.
    pub fn close(&self) {
        let mut passage = lock(&self.0.passage);
        (passage.is_open, passage.admitted) = (false, 0);
    }

    /// Waits until the gate lets it through.
    pub async fn pass(&self) {
        let _held = HeldAtGate::new(&self.0.held);
        let waiting = lock(&self.0.passage).enter();
        if let Some(waiting) = waiting {
            GateWaiter { gate: &self.0, waiting }.wait().await;
        }
    }

    /// Returns the number of calls that wait at the gate.
    pub fn held(&self) -> usize {
        *self.0.held.borrow()
    }

    /// Waits until `count` or more calls wait at the gate.
    ///
    /// # Panics
    ///
    /// If it takes longer than 10 s of tokio's time, with the log of the session whose calls the gate holds.
    #[track_caller]
    pub fn reached(&self, count: usize) -> impl Future<Output = ()> + Send + use<> {
        let (gate, location) = (self.clone(), Location::caller());
        async move {
            let mut held = gate.0.held.subscribe();
            let reached = async { drop(held.wait_for(|held| *held >= count).await) };
            let awaited = || format!("{} at a gate that holds {}", calls(count), calls(gate.held()));
            within_limit(location, reached, awaited, || gate.log()).await;
        }
    }

    /// Sets the session whose calls the gate holds.
    pub(in crate::fake) fn attach(&self, session: &Arc<SessionState>) {
        *lock(&self.0.session) = Arc::downgrade(session);
    }

    fn log(&self) -> String {
        lock(&self.0.session).upgrade().map_or_else(String::new, |session| session.log.tail())
    }
}

impl Passage {
    /// Returns `None` if the gate lets the call through at once.
    fn enter(&mut self) -> Option<oneshot::Receiver<()>> {
        if self.is_open {
            return None;
        }
        if self.admitted > 0 {
            self.admitted -= 1;
            return None;
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(sender);
        Some(receiver)
    }

    fn admit(&mut self, mut count: usize) {
        while count > 0 {
            let Some(waiting) = self.waiting.pop_front() else { break };
            // The call may have been cancelled.
            count -= usize::from(waiting.send(()).is_ok());
        }
        self.admitted += count;
    }
}

/// A call that waits. If it is cancelled after it was let through, the next one passes instead.
struct GateWaiter<'a> {
    gate: &'a GateState,
    waiting: oneshot::Receiver<()>,
}

impl GateWaiter<'_> {
    async fn wait(mut self) {
        // It fails only if the gate is dropped, which this borrows.
        let _ = (&mut self.waiting).await;
    }
}

impl Drop for GateWaiter<'_> {
    fn drop(&mut self) {
        if self.waiting.try_recv().is_ok() {
            lock(&self.gate.passage).admit(1);
        }
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts a waiting call until it is dropped, because the call may be cancelled while it waits.
struct HeldAtGate<'a>(&'a watch::Sender<usize>);

impl<'a> HeldAtGate<'a> {
    fn new(held: &'a watch::Sender<usize>) -> Self {
        held.send_modify(|held| *held += 1);
        Self(held)
    }
}

impl Drop for HeldAtGate<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held -= 1);
    }
}
