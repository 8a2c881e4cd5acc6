//! Streams of messages.

use std::{
    fmt,
    pin::Pin,
    task::{self, Poll},
};

use futures::{Stream, StreamExt, TryStreamExt, stream};

use crate::{Error, Result};

/// A stream of messages, any of which may be an error instead; an error is the last item.
///
/// It is a [`futures::Stream`], and offers what most code needs without importing that crate.
pub struct Streaming<T>(stream::BoxStream<'static, Result<T>>);

impl<T: Send + 'static> Streaming<T> {
    /// Wraps any stream of results. It may be polled after its end.
    pub fn new(stream: impl Stream<Item = Result<T>> + Send + 'static) -> Self {
        Self(stream.fuse().boxed())
    }

    /// A stream of these messages, and then its end.
    pub fn from_messages(messages: impl IntoIterator<Item = T, IntoIter: Send + 'static>) -> Self {
        Self::new(stream::iter(messages.into_iter().map(Ok)))
    }

    /// A stream with no message.
    pub fn empty() -> Self {
        Self::new(stream::empty())
    }

    /// A stream that fails with `error` before any message.
    pub fn failed(error: Error) -> Self {
        Self::new(stream::iter([Err(error)]))
    }

    /// A sender and the stream of what is sent. `capacity` messages (at least 1) may wait to be read, then
    /// [`Sender::send`] waits.
    pub fn channel(capacity: usize) -> (Sender<T>, Self) {
        let (sender, receiver) = tokio::sync::mpsc::channel(capacity.max(1));
        let receive = |mut receiver: tokio::sync::mpsc::Receiver<_>| async move {
            receiver.recv().await.map(|message| (message, receiver))
        };
        (Sender(sender), Self::new(stream::unfold(receiver, receive)))
    }

    /// The next message; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        StreamExt::next(&mut self.0).await
    }

    /// All messages, or the first error.
    pub async fn collect(self) -> Result<Vec<T>> {
        self.0.try_collect().await
    }

    /// The stream with each message changed by `change`.
    pub fn map<U: Send + 'static>(self, change: impl FnMut(T) -> U + Send + 'static) -> Streaming<U> {
        Streaming::new(self.0.map_ok(change))
    }
}

impl<T> Stream for Streaming<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(cx)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl<T> fmt::Debug for Streaming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streaming(..)")
    }
}

/// The sending end of [`Streaming::channel`]. The stream ends when the last clone is dropped.
#[derive(Debug)]
pub struct Sender<T>(tokio::sync::mpsc::Sender<Result<T>>);

impl<T> Sender<T> {
    /// Sends a message; waits while the reader is behind. Fails with [`Code::Cancelled`](crate::Code::Cancelled) when
    /// nobody reads any more.
    pub async fn send(&self, message: T) -> Result<()> {
        self.0.send(Ok(message)).await.map_err(|_| Error::cancelled("nobody reads the stream any more"))
    }

    /// Ends the stream with an error.
    pub async fn fail(self, error: Error) {
        // A reader that is gone has no use for the error.
        let _ = self.0.send(Err(error)).await;
    }

    /// Completes when nobody reads the stream any more.
    pub async fn closed(&self) {
        self.0.closed().await;
    }

    /// True when nobody reads the stream any more.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
