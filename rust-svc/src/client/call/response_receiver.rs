//! Receives the responses that a task reads.

use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::{Error, Result};

/// Receives the responses that a task reads. Dropping it ends the task, and with it the call.
pub(super) struct ResponseReceiver(mpsc::Receiver<Option<Result<Bytes>>>);

impl ResponseReceiver {
    pub(super) fn new(receiver: mpsc::Receiver<Option<Result<Bytes>>>) -> Self {
        Self(receiver)
    }

    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        // Only a task that panics or is shut down sends no end.
        let lost = || Some(Err(Error::cancelled("the task that reads the stream has ended")));
        self.0.poll_recv(cx).map(|item| item.unwrap_or_else(lost))
    }
}
