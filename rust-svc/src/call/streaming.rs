//! Streams of messages.

use std::{
    fmt,
    pin::Pin,
    task::{self, Poll},
};
#[cfg(feature = "gateway")]
use std::{future::poll_fn, time::Duration};

use futures::{Stream, StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc;

use super::produce::Produced;
use crate::{Error, Result};

/// A stream of messages, any of which may be an error instead; an error is the last item.
///
/// It is a [`futures::Stream`], with the methods that most code needs, so that it need not import that crate.
///
/// A handler of a streaming method often produces messages in a task of its own:
///
/// ```
/// use rust_svc::Streaming;
///
/// fn count(to: u32) -> Streaming<u32> {
///     Streaming::produce(move |sender| async move {
///         for number in 0..to {
///             sender.send(number).await?;
///         }
///         Ok(())
///     })
/// }
/// ```
pub struct Streaming<T>(MessageSource<T>);

/// Where messages come from.
#[cfg_attr(
    not(all(feature = "client", feature = "gateway")),
    allow(dead_code, reason = "a client passes them to gateways")
)]
enum MessageSource<T> {
    Local(stream::BoxStream<'static, Result<T>>),
    Remote(Box<dyn RemoteMessages<T>>),
}

/// The messages of a remote service.
#[cfg_attr(
    not(all(feature = "client", feature = "gateway")),
    allow(dead_code, reason = "a client passes them to gateways")
)]
pub(crate) trait RemoteMessages<T>: Stream<Item = Result<T>> + Send + Unpin {
    /// Completes when the service has accepted the call. Fails if it refuses the call, which then has no messages.
    fn poll_accepted(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>>;
}

/// The messages of a remote service, changed by a function.
struct MappedMessages<T, U> {
    messages: Box<dyn RemoteMessages<T>>,
    change: Box<dyn FnMut(T) -> U + Send>,
}

impl<T: Send + 'static> Streaming<T> {
    /// Wraps any stream of results. It may be polled after its end.
    pub fn new(stream: impl Stream<Item = Result<T>> + Send + 'static) -> Self {
        Self(MessageSource::Local(stream.fuse().boxed()))
    }

    /// Wraps the messages of a remote service. They may be polled after their end.
    #[cfg(feature = "client")]
    pub(crate) fn remote(messages: impl RemoteMessages<T> + 'static) -> Self {
        Self(MessageSource::Remote(Box::new(messages)))
    }

    /// Creates a stream of these messages.
    pub fn from_messages(messages: impl IntoIterator<Item = T, IntoIter: Send + 'static>) -> Self {
        Self::new(stream::iter(messages.into_iter().map(Ok)))
    }

    /// Creates a stream without messages.
    pub fn empty() -> Self {
        Self::new(stream::empty())
    }

    /// Creates a stream that fails with `error` before any message.
    pub fn failed(error: Error) -> Self {
        Self::new(stream::iter([Err(error)]))
    }

    /// Creates a sender and the stream of the messages that it sends. It buffers `capacity` messages (at least 1); then
    /// [`Sender::send`] waits.
    pub fn channel(capacity: usize) -> (Sender<T>, Self) {
        let (sender, receiver) = mpsc::channel(capacity.max(1));
        let receive =
            |mut receiver: mpsc::Receiver<_>| async move { receiver.recv().await.map(|message| (message, receiver)) };
        (Sender(sender), Self::new(stream::unfold(receiver, receive)))
    }

    /// Creates a stream of the messages that a future sends.
    ///
    /// The future runs while the stream is read, at most one message ahead, and is dropped with the stream. The stream ends
    /// when the future does, with its error if it fails.
    pub fn produce<F>(produce: impl FnOnce(Sender<T>) -> F) -> Self
    where
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let (sender, messages) = mpsc::channel(1);
        Self::new(Produced::new(messages, produce(Sender(sender))))
    }

    /// Returns the next message; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<T>> {
        StreamExt::next(self).await
    }

    /// Returns the next message; `None` at the end. Unlike [`next`](Self::next) it is made for `?`:
    /// `while let Some(message) = stream.message().await? { .. }`.
    pub async fn message(&mut self) -> Result<Option<T>> {
        self.try_next().await
    }

    /// Returns all messages, or the first error.
    pub async fn collect(self) -> Result<Vec<T>> {
        self.try_collect().await
    }

    /// Returns a stream with each message changed by `change`.
    pub fn map<U: Send + 'static>(self, change: impl FnMut(T) -> U + Send + 'static) -> Streaming<U> {
        match self.0 {
            MessageSource::Local(messages) => Streaming::new(messages.map_ok(change)),
            MessageSource::Remote(messages) => {
                let mapped = MappedMessages { messages, change: Box::new(change) };
                Streaming(MessageSource::Remote(Box::new(mapped)))
            }
        }
    }

    /// Fails with the error that the stream begins with. It waits for a remote service to accept the call, and then for the
    /// first message, but no longer than this for each.
    #[cfg(feature = "gateway")]
    pub(crate) async fn begin(mut self, accepted: Duration, first: Duration) -> Result<Self> {
        if let MessageSource::Remote(messages) = &mut self.0 {
            let accepting = poll_fn(|cx| messages.poll_accepted(cx));
            match tokio::time::timeout(accepted, accepting).await {
                Ok(accepted) => accepted?,
                Err(_) => return Ok(self),
            }
        }
        match tokio::time::timeout(first, self.next()).await {
            Ok(Some(first)) => Ok(Self::new(stream::iter([Ok(first?)]).chain(self))),
            Ok(None) => Ok(Self::empty()),
            Err(_) => Ok(self),
        }
    }
}

impl<T> Stream for Streaming<T> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        match &mut self.0 {
            MessageSource::Local(messages) => messages.poll_next_unpin(cx),
            MessageSource::Remote(messages) => messages.poll_next_unpin(cx),
        }
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        match &self.0 {
            MessageSource::Local(messages) => messages.size_hint(),
            MessageSource::Remote(messages) => messages.size_hint(),
        }
    }
}

impl<T, U> Stream for MappedMessages<T, U> {
    type Item = Result<U>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Self::Item>> {
        let next = self.messages.poll_next_unpin(cx);
        next.map_ok(&mut self.change)
    }
}

impl<T, U> RemoteMessages<U> for MappedMessages<T, U> {
    fn poll_accepted(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<()>> {
        self.messages.poll_accepted(cx)
    }
}

impl<T> fmt::Debug for Streaming<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Streaming(..)")
    }
}

/// The sending end of [`Streaming::channel`]. The stream ends when the last clone is dropped.
#[derive(Debug)]
pub struct Sender<T>(mpsc::Sender<Result<T>>);

impl<T> Sender<T> {
    /// Sends a message; waits while the buffer is full. Fails with [`Code::Cancelled`](crate::Code::Cancelled) when the stream
    /// was dropped.
    pub async fn send(&self, message: T) -> Result<()> {
        self.0.send(Ok(message)).await.map_err(|_| Error::cancelled("nobody reads the stream any more"))
    }

    /// Ends the stream with an error.
    pub async fn fail(self, error: Error) {
        // A dropped stream has no use for the error.
        let _ = self.0.send(Err(error)).await;
    }

    /// Completes when the stream is dropped.
    pub async fn closed(&self) {
        self.0.closed().await;
    }

    /// Returns true when the stream was dropped.
    pub fn is_closed(&self) -> bool {
        self.0.is_closed()
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
