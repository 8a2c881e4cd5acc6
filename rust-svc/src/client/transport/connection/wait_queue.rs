//! Calls that wait for a stream.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::super::error::QueueFull;

/// The most calls that wait for a stream of one endpoint, and the most bytes of their requests.
pub(super) const MAX_CALLS: usize = 10_000;
pub(super) const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The places that an empty queue keeps.
const KEPT_CAPACITY: usize = 32;

/// Calls that wait, in order. Each receives a `T`.
#[derive(Debug)]
pub(super) struct WaitQueue<T> {
    entries: VecDeque<WaitEntry<T>>,
    bytes: usize,
    last_id: u64,
}

#[derive(Debug)]
struct WaitEntry<T> {
    id: u64,
    bytes: usize,
    sender: oneshot::Sender<T>,
}

impl<T> WaitQueue<T> {
    pub(super) fn new() -> Self {
        Self { entries: VecDeque::new(), bytes: 0, last_id: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Adds a call whose request has this size. Returns its identifier, and the receiver of its `T`.
    pub(super) fn push(&mut self, bytes: usize) -> Result<(u64, oneshot::Receiver<T>), QueueFull> {
        let is_too_large = !self.entries.is_empty() && self.bytes.saturating_add(bytes) > MAX_BYTES;
        if self.entries.len() >= MAX_CALLS || is_too_large {
            return Err(QueueFull);
        }
        let (sender, receiver) = oneshot::channel();
        self.last_id += 1;
        self.bytes += bytes;
        self.entries.push_back(WaitEntry { id: self.last_id, bytes, sender });
        Ok((self.last_id, receiver))
    }

    /// Removes the first call.
    pub(super) fn pop(&mut self) -> Option<oneshot::Sender<T>> {
        let entry = self.entries.pop_front()?;
        self.bytes -= entry.bytes;
        self.shrink();
        Some(entry.sender)
    }

    /// Removes a call that was given up. Returns whether it still waited.
    pub(super) fn remove(&mut self, id: u64) -> bool {
        let Ok(index) = self.entries.binary_search_by_key(&id, |entry| entry.id) else { return false };
        let entry = self.entries.remove(index);
        self.bytes -= entry.map_or(0, |entry| entry.bytes);
        self.shrink();
        true
    }

    /// Returns the memory of many calls that waited at the same time.
    fn shrink(&mut self) {
        if self.entries.is_empty() && self.entries.capacity() > KEPT_CAPACITY {
            self.entries.shrink_to(KEPT_CAPACITY);
        }
    }

    /// Removes all calls, which fail.
    pub(super) fn clear(&mut self) {
        self.entries = VecDeque::new();
        self.bytes = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_queue_is_bounded_in_calls() {
        let mut queue = WaitQueue::<()>::new();
        let waiting: Vec<_> = (0..MAX_CALLS).map(|_| queue.push(1).expect("a place")).collect();
        assert!(queue.push(1).is_err());
        assert!(queue.remove(waiting[17].0) && !queue.remove(waiting[17].0));
        queue.push(1).expect("the place of a call that was given up is free");
    }

    #[test]
    fn an_empty_queue_keeps_little_memory() {
        let mut queue = WaitQueue::<()>::new();
        let waiting: Vec<_> = (0..5000).map(|_| queue.push(1000).expect("a place")).collect();
        waiting.iter().for_each(|(id, _)| assert!(queue.remove(*id)));
        assert_eq!((queue.len(), queue.bytes), (0, 0));
        assert!(queue.entries.capacity() <= KEPT_CAPACITY * 2);
    }

    #[test]
    fn the_queue_is_bounded_in_bytes() {
        let mut queue = WaitQueue::<()>::new();
        let (id, _receiver) = queue.push(MAX_BYTES * 2).expect("one request of any size");
        assert!(queue.push(1).is_err());
        assert!(queue.remove(id));
        let _half = queue.push(MAX_BYTES / 2).expect("a place");
        let _rest = queue.push(MAX_BYTES / 2).expect("a place");
        assert!(queue.push(1).is_err());
        assert!(queue.pop().is_some());
        assert!(queue.push(1).is_ok());
        queue.clear();
        assert_eq!((queue.len(), queue.bytes), (0, 0));
    }
}
