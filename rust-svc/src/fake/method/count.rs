//! The number of calls of a method.

use std::{
    pin::pin,
    sync::atomic::{AtomicUsize, Ordering},
};

use tokio::sync::Notify;

/// Counts the calls of a method, and wakes those that wait for them.
#[derive(Default)]
pub(super) struct CallCount {
    count: AtomicUsize,
    changed: Notify,
}

impl CallCount {
    pub(super) fn get(&self) -> usize {
        self.count.load(Ordering::Acquire)
    }

    /// Counts a call, and returns its number.
    pub(super) fn add(&self) -> usize {
        let count = self.count.fetch_add(1, Ordering::AcqRel) + 1;
        self.changed.notify_waiters();
        count
    }

    pub(super) fn reset(&self) {
        self.count.store(0, Ordering::Release);
    }

    /// Waits for so many calls.
    pub(super) async fn reach(&self, count: usize) {
        loop {
            let mut changed = pin!(self.changed.notified());
            // Registered before the count is read, so that no call is missed.
            changed.as_mut().enable();
            if self.get() >= count {
                return;
            }
            changed.await;
        }
    }
}
