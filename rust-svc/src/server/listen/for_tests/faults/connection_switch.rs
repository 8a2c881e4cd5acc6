//! Switches that end connections.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Waker},
};

/// The switches of the open connections of a server, by the addresses of their callers.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Switches(Arc<Mutex<HashMap<String, Weak<ConnectionSwitch>>>>);

/// Ends a connection on demand.
#[derive(Debug, Default)]
pub(super) struct ConnectionSwitch(Mutex<SwitchState>);

#[derive(Debug, Default)]
struct SwitchState {
    end: Option<ScriptedEnd>,
    waker: Option<Waker>,
}

/// The end of a connection.
#[derive(Clone, Debug)]
pub(super) struct ScriptedEnd {
    /// The last bytes that the caller receives.
    pub(super) last_bytes: Vec<u8>,
}

impl Switches {
    /// Adds the switch of a new connection, and forgets those of closed ones.
    pub(super) fn add(&self, address: &str) -> Arc<ConnectionSwitch> {
        let switch = Arc::default();
        let mut switches = lock(&self.0);
        switches.retain(|_, switch| switch.strong_count() > 0);
        switches.insert(address.to_owned(), Arc::downgrade(&switch));
        switch
    }

    /// Ends the connection of a caller, if it is open.
    pub(super) fn end(&self, address: &str, end: ScriptedEnd) {
        let switch = lock(&self.0).get(address).and_then(Weak::upgrade);
        if let Some(switch) = switch {
            switch.end(end);
        }
    }
}

impl ConnectionSwitch {
    fn end(&self, end: ScriptedEnd) {
        let waker = {
            let mut state = lock(&self.0);
            state.end.get_or_insert(end);
            state.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Returns the end, once there is one. Until then, the task is woken when there is.
    pub(super) fn poll_end(&self, cx: &Context<'_>) -> Option<ScriptedEnd> {
        let mut state = lock(&self.0);
        if state.end.is_none() {
            state.waker = Some(cx.waker().clone());
        }
        state.end.clone()
    }

    pub(super) fn has_ended(&self) -> bool {
        lock(&self.0).end.is_some()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
