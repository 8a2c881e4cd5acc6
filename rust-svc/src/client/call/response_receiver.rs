//! Receives the responses that a task reads.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};

use crate::{Error, Result};

/// Receives the responses that a task reads. Dropping it ends the task, and with it the call.
pub(super) struct ResponseReceiver {
    items: mpsc::Receiver<Option<Result<Bytes>>>,
    /// Receives when the headers of the response have arrived; `None` after that.
    opened: Option<oneshot::Receiver<()>>,
}

impl ResponseReceiver {
    pub(super) fn new(items: mpsc::Receiver<Option<Result<Bytes>>>, opened: oneshot::Receiver<()>) -> Self {
        Self { items, opened: Some(opened) }
    }

    /// Completes when the headers of the response have arrived. The error of a call without headers is its only item.
    pub(super) fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(opened) = &mut self.opened else { return Poll::Ready(Ok(())) };
        let opened = ready!(opened.poll_unpin(cx)).is_ok();
        let failed = if opened { Ok(()) } else { ready!(self.poll_recv(cx)).transpose().map(drop) };
        self.opened = None;
        Poll::Ready(failed)
    }

    pub(super) fn poll_recv(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes>>> {
        // Only a task that panics or is shut down sends no end.
        let lost = || Some(Err(Error::cancelled("the task that reads the stream has ended")));
        self.items.poll_recv(cx).map(|item| item.unwrap_or_else(lost))
    }
}
