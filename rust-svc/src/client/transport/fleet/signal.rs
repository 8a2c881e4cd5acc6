//! Wakes calls when the state of an endpoint changes.

use tokio::sync::watch;

use super::super::resolve::Refresh;

/// Reports changes of the endpoints of a client.
#[derive(Debug)]
pub(crate) struct Signal {
    changes: watch::Sender<()>,
    pub(super) refresh: Refresh,
}

impl Signal {
    pub(super) fn new() -> Self {
        Self { changes: watch::Sender::new(()), refresh: Refresh::default() }
    }

    /// Returns a receiver of changes that happen from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }

    /// Reports that a state has changed.
    pub(super) fn changed(&self) {
        self.changes.send_replace(());
    }

    /// Reports that an endpoint cannot be reached, so that its target is resolved again.
    pub(super) fn lost(&self) {
        self.refresh.request();
        self.changed();
    }
}
