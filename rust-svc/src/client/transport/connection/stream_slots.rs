//! Calls that wait for a stream while the server's limit of concurrent streams is reached.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::client::transport::error::QueueFull;

/// The most calls that wait for a stream of one connection.
const MAX_WAITING: usize = 10_000;

/// The streams of one connection. Calls wait on this side, in order: h2 would send the headers of cancelled calls, followed
/// by a reset, and servers close connections for many resets.
#[derive(Clone, Debug, Default)]
pub(super) struct StreamSlots(Arc<Mutex<SlotState>>);

#[derive(Debug, Default)]
struct SlotState {
    active: usize,
    waiting: VecDeque<oneshot::Sender<StreamSlot>>,
}

/// The right to one stream, until it is dropped.
#[derive(Debug)]
pub(crate) struct StreamSlot(Option<StreamSlots>);

/// A guard that is held until a stream has ended.
pub(crate) struct ActiveStream {
    _slot: StreamSlot,
    _call: Option<Arc<()>>,
}

impl ActiveStream {
    pub(super) fn new(slot: StreamSlot, call: Option<Arc<()>>) -> Self {
        Self { _slot: slot, _call: call }
    }
}

impl StreamSlots {
    /// Waits for a stream. `limit` is the server's current limit.
    pub(super) async fn acquire(&self, limit: usize) -> Result<StreamSlot, QueueFull> {
        let receiver = {
            let mut state = self.lock();
            // A limit of zero may be raised later, and h2 waits for that.
            if state.active < limit.max(1) {
                state.active += 1;
                return Ok(StreamSlot(Some(self.clone())));
            }
            state.wait()?
        };
        receiver.await.map_err(|_| QueueFull)
    }

    /// Passes a stream on to the next call that waits.
    fn release(&self) {
        let mut slot = StreamSlot(Some(self.clone()));
        while let Some(next) = self.next_waiting() {
            match next.send(slot) {
                Ok(()) => return,
                // This call was cancelled while it waited.
                Err(unused) => slot = unused,
            }
        }
        // Nothing waits, and the stream is counted no more.
        slot.0 = None;
    }

    /// Takes the next call that waits, or frees the stream.
    fn next_waiting(&self) -> Option<oneshot::Sender<StreamSlot>> {
        let mut state = self.lock();
        let next = state.waiting.pop_front();
        if next.is_none() {
            state.active -= 1;
        }
        next
    }

    fn lock(&self) -> MutexGuard<'_, SlotState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl SlotState {
    fn wait(&mut self) -> Result<oneshot::Receiver<StreamSlot>, QueueFull> {
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.retain(|waiting| !waiting.is_closed());
        }
        if self.waiting.len() >= MAX_WAITING {
            return Err(QueueFull);
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(sender);
        Ok(receiver)
    }
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        if let Some(slots) = self.0.take() {
            slots.release();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test]
    async fn calls_wait_in_order_and_those_given_up_are_skipped() {
        let slots = StreamSlots::default();
        let first = slots.acquire(1).await.expect("a slot");
        let mut second = Box::pin(slots.acquire(1));
        let mut third = Box::pin(slots.acquire(1));
        assert!(second.as_mut().now_or_never().is_none() && third.as_mut().now_or_never().is_none());
        drop(second);
        drop(first);
        let third = third.await.expect("a slot");
        assert_eq!(slots.lock().active, 1);
        drop(third);
        let state = slots.lock();
        assert_eq!((state.active, state.waiting.len()), (0, 0));
    }

    #[tokio::test]
    async fn a_slot_that_is_passed_on_too_late_is_free() {
        let slots = StreamSlots::default();
        let first = slots.acquire(1).await.expect("a slot");
        let mut second = Box::pin(slots.acquire(1));
        assert!(second.as_mut().now_or_never().is_none());
        drop(first);
        drop(second);
        assert_eq!(slots.lock().active, 0);
    }

    #[tokio::test]
    async fn the_queue_is_bounded() {
        let slots = StreamSlots::default();
        let _held = slots.acquire(1).await.expect("a slot");
        let mut waiting: Vec<_> = (0..MAX_WAITING).map(|_| Box::pin(slots.acquire(1))).collect();
        assert!(waiting.iter_mut().all(|call| call.as_mut().now_or_never().is_none()));
        assert!(slots.acquire(1).await.is_err());
        waiting.pop();
        assert!(slots.acquire(1).now_or_never().is_none(), "the place of a call that was given up is free");
    }
}
