//! Holding calls at a point that the test chooses.

use tokio::sync::watch;

/// Holds calls until the test opens it, so that a test decides who comes first in a race.
///
/// It starts closed; clones are one gate.
#[derive(Clone, Debug)]
pub struct Gate {
    open: watch::Sender<bool>,
    held: watch::Sender<usize>,
}

impl Gate {
    /// A closed gate.
    pub fn new() -> Self {
        Self { open: watch::Sender::new(false), held: watch::Sender::new(0) }
    }

    /// Lets those that wait, and those that come later, through.
    pub fn open(&self) {
        self.open.send_replace(true);
    }

    /// Holds those that come from now on.
    pub fn close(&self) {
        self.open.send_replace(false);
    }

    /// Waits until the gate is open.
    pub async fn pass(&self) {
        let _held = Held::new(&self.held);
        // It fails only without a sender, and this gate is one.
        let _ = self.open.subscribe().wait_for(|open| *open).await;
    }

    /// How many wait at the gate.
    pub fn held(&self) -> usize {
        *self.held.borrow()
    }

    /// Completes when `count` or more wait at the gate.
    pub async fn reached(&self, count: usize) {
        let _ = self.held.subscribe().wait_for(|held| *held >= count).await;
    }
}

impl Default for Gate {
    fn default() -> Self {
        Self::new()
    }
}

/// Counts one who waits, until it is dropped: the call may be cancelled while it waits.
struct Held<'a>(&'a watch::Sender<usize>);

impl<'a> Held<'a> {
    fn new(held: &'a watch::Sender<usize>) -> Self {
        held.send_modify(|held| *held += 1);
        Self(held)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|held| *held -= 1);
    }
}
