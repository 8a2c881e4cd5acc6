//! Streamed responses that their callers may not read.

use std::sync::{
    Mutex, MutexGuard, PoisonError, Weak,
    atomic::{AtomicUsize, Ordering::Relaxed},
};

/// How many bytes a connection receives from one compaction to the next.
const INTERVAL: usize = 128 * 1024;

/// A response that stores what was not read in one buffer.
pub(crate) trait Compact: Send + Sync {
    /// Moves what has arrived to its buffer, if the caller reads nothing.
    fn compact(&self);
}

/// The streamed responses of a connection.
///
/// The flow-control window limits the bytes of a response that a server may send before it is read, but h2 needs many times
/// the memory of a small message for its frame. So the driver of a connection compacts the responses that are not read.
#[derive(Default)]
pub(crate) struct UnreadResponses {
    responses: Mutex<Vec<Weak<dyn Compact>>>,
    /// The bytes that the connection received since the last compaction.
    received: AtomicUsize,
}

impl UnreadResponses {
    /// Adds a response. Responses that have ended are forgotten before the list grows.
    pub(crate) fn add(&self, response: Weak<dyn Compact>) {
        let mut responses = self.lock();
        if responses.len() == responses.capacity() {
            responses.retain(|response| response.strong_count() > 0);
        }
        responses.push(response);
    }

    /// Records that the connection received bytes.
    pub(super) fn receive(&self, bytes: usize) {
        self.received.fetch_add(bytes, Relaxed);
    }

    /// Compacts the responses, if the connection has received much since the last time.
    pub(super) fn compact(&self) {
        if self.received.load(Relaxed) < INTERVAL {
            return;
        }
        self.received.store(0, Relaxed);
        let responses: Vec<_> = self.lock().iter().filter_map(Weak::upgrade).collect();
        responses.iter().for_each(|response| response.compact());
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<dyn Compact>>> {
        self.responses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    impl Compact for AtomicUsize {
        fn compact(&self) {
            self.fetch_add(1, Relaxed);
        }
    }

    #[test]
    fn responses_are_compacted_after_many_bytes() {
        let (unread, response) = (UnreadResponses::default(), Arc::new(AtomicUsize::new(0)));
        let weak: Weak<AtomicUsize> = Arc::downgrade(&response);
        unread.add(weak);
        for (received, compactions) in [(INTERVAL - 1, 0), (1, 1), (1, 1), (INTERVAL, 2)] {
            unread.receive(received);
            unread.compact();
            assert_eq!(response.load(Relaxed), compactions);
        }
    }

    #[test]
    fn responses_that_have_ended_are_forgotten() {
        let unread = UnreadResponses::default();
        let open: Vec<_> = (0..10).map(|_| Arc::new(AtomicUsize::new(0))).collect();
        for _ in 0..1000 {
            let ended: Weak<AtomicUsize> = Arc::downgrade(&Arc::new(AtomicUsize::new(0)));
            unread.add(ended);
        }
        for response in &open {
            let open: Weak<AtomicUsize> = Arc::downgrade(response);
            unread.add(open);
        }
        assert!(unread.lock().capacity() < 100);
        unread.receive(INTERVAL);
        unread.compact();
        assert!(open.iter().all(|response| response.load(Relaxed) == 1));
    }
}
