//! The messages that wait for a courier.

use std::sync::{Arc, Mutex, PoisonError};

use futures::stream;
use rust_svc::{Error, Result, Streaming};
use tokio::sync::{mpsc, watch};

use crate::generated::dispatch::v1::{StreamAssignmentsResponse, stream_assignments_response::Event};

/// The number of messages that may wait. A courier that reads has hardly any.
const CAPACITY: usize = 64;

/// Sends messages to one courier. Clones share its queue.
#[derive(Clone, Debug)]
pub(super) struct CourierSender {
    messages: mpsc::Sender<StreamAssignmentsResponse>,
    end: Arc<End>,
}

/// The error with which a stream ends.
#[derive(Debug, Default)]
struct End {
    error: Mutex<Option<Error>>,
    is_near: watch::Sender<bool>,
}

/// Creates the queue of a courier: the side that sends, and the stream that the courier reads.
pub(super) fn courier_queue() -> (CourierSender, Streaming<StreamAssignmentsResponse>) {
    let (messages, waiting) = mpsc::channel(CAPACITY);
    let end = Arc::new(End::default());
    let reader = (waiting, Some(end.clone()));
    (CourierSender { messages, end }, Streaming::new(stream::unfold(reader, next)))
}

type Reader = (mpsc::Receiver<StreamAssignmentsResponse>, Option<Arc<End>>);

/// The messages before the end come first.
async fn next((mut waiting, end): Reader) -> Option<(Result<StreamAssignmentsResponse>, Reader)> {
    let end = end?;
    let mut is_near = end.is_near.subscribe();
    let message = tokio::select! {
        biased;
        message = waiting.recv() => message,
        _ = is_near.wait_for(|is_near| *is_near) => None,
    };
    match message {
        Some(message) => Some((Ok(message), (waiting, Some(end)))),
        None => end.take().map(|error| (Err(error), (waiting, None))),
    }
}

impl CourierSender {
    /// Sends a message. A courier that has left as many unread as the queue holds is disconnected.
    pub(super) fn send(&self, event: Event) {
        let message = StreamAssignmentsResponse { event: Some(event) };
        if let Err(mpsc::error::TrySendError::Full(_)) = self.messages.try_send(message) {
            self.end(Error::resource_exhausted("the courier does not read its messages"));
        }
    }

    /// Ends the stream with an error, after the messages that wait. The first error counts.
    pub(super) fn end(&self, error: Error) {
        self.end.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
        self.end.is_near.send_replace(true);
    }

    /// Completes when the reader has dropped the stream, or it has ended.
    pub(super) async fn closed(&self) {
        let mut is_near = self.end.is_near.subscribe();
        tokio::select! {
            () = self.messages.closed() => (),
            _ = is_near.wait_for(|is_near| *is_near) => (),
        }
    }
}

impl End {
    fn take(&self) -> Option<Error> {
        self.error.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[cfg(test)]
mod tests {
    use rust_svc::{Code, Error};

    use super::{CAPACITY, courier_queue};
    use crate::generated::dispatch::v1::{Courier, stream_assignments_response::Event};

    fn event() -> Event {
        Event::Courier(Courier::default())
    }

    #[tokio::test]
    async fn a_courier_that_does_not_read_is_disconnected() {
        let (sender, mut messages) = courier_queue();
        for _ in 0..100 * CAPACITY {
            sender.send(event());
        }
        sender.closed().await;
        for _ in 0..CAPACITY {
            messages.next().await.expect("no end").expect("no error");
        }
        let error = messages.next().await.expect("no end").expect_err("full");
        assert_eq!(error.code(), Code::ResourceExhausted);
        assert!(messages.next().await.is_none());
    }

    #[tokio::test]
    async fn an_error_comes_after_the_messages() {
        let (sender, mut messages) = courier_queue();
        sender.send(event());
        sender.end(Error::aborted("connected again"));
        sender.end(Error::unavailable("later"));
        messages.next().await.expect("no end").expect("no error");
        assert_eq!(messages.next().await.expect("no end").expect_err("ended").code(), Code::Aborted);
    }

    #[tokio::test]
    async fn ends_with_its_senders() {
        let (sender, mut messages) = courier_queue();
        drop(sender);
        assert!(messages.next().await.is_none());
    }
}
