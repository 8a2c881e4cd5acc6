//! A stream that runs the future that produces its messages.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures::Stream;
use tokio::sync::mpsc::Receiver;

use crate::{Error, Result};

/// The messages that a future sends, and then its error if it fails.
pub(super) struct Produced<T, F> {
    messages: Receiver<Result<T>>,
    /// The future, until it completes.
    producer: Option<Pin<Box<F>>>,
    failure: Option<Error>,
}

impl<T, F: Future<Output = Result<()>>> Produced<T, F> {
    /// Creates a stream of the messages that `producer` sends.
    pub(super) fn new(messages: Receiver<Result<T>>, producer: F) -> Self {
        Self { messages, producer: Some(Box::pin(producer)), failure: None }
    }

    fn poll_producer(&mut self, cx: &mut Context<'_>) {
        let Some(producer) = &mut self.producer else { return };
        let Poll::Ready(result) = producer.as_mut().poll(cx) else { return };
        self.producer = None;
        if let Err(error) = result {
            self.failure = Some(error);
            // Senders that the future gave away must not delay its error.
            self.messages.close();
        }
    }
}

impl<T, F: Future<Output = Result<()>>> Stream for Produced<T, F> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<T>>> {
        self.poll_producer(cx);
        match ready!(self.messages.poll_recv(cx)) {
            Some(message) => Poll::Ready(Some(message)),
            None if self.producer.is_some() => Poll::Pending,
            None => Poll::Ready(self.failure.take().map(Err)),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{sync::Arc, time::Duration};

    use futures::FutureExt;

    use crate::{Code, Error, Streaming};

    #[tokio::test]
    async fn messages_come_before_the_error_of_the_producer() {
        let mut stream = Streaming::produce(|sender| async move {
            for number in 0..3 {
                sender.send(number).await?;
            }
            Err(Error::aborted("no more"))
        });
        for number in 0..3 {
            assert_eq!(stream.message().await.expect("a message"), Some(number));
        }
        assert_eq!(stream.message().await.expect_err("the error").code(), Code::Aborted);
        assert_eq!(stream.message().await.expect("the end"), None);
    }

    #[tokio::test]
    async fn an_error_ends_the_stream_even_if_a_sender_is_left() {
        let (keep, kept) = tokio::sync::oneshot::channel();
        let stream = Streaming::<u8>::produce(|sender| async move {
            let _ = keep.send(sender);
            Err(Error::aborted("no more"))
        });
        assert_eq!(stream.collect().await.expect_err("the error").code(), Code::Aborted);
        assert!(kept.await.expect("the sender").is_closed());
    }

    #[tokio::test]
    async fn the_stream_ends_with_the_producer_and_not_before() {
        let mut stream = Streaming::<u8>::produce(|sender| async move {
            drop(sender);
            tokio::time::sleep(Duration::from_millis(1)).await;
            Err(Error::aborted("late"))
        });
        assert_eq!(stream.message().await.expect_err("the error").code(), Code::Aborted);
    }

    #[tokio::test]
    async fn the_producer_is_dropped_with_the_stream() {
        let held = Arc::new(());
        let watched = Arc::downgrade(&held);
        let mut stream = Streaming::produce(|sender| async move {
            let _held = held;
            sender.send(1).await?;
            std::future::pending().await
        });
        assert_eq!(stream.message().await.expect("a message"), Some(1));
        assert!(stream.message().now_or_never().is_none() && watched.strong_count() == 1);
        drop(stream);
        assert_eq!(watched.strong_count(), 0);
    }
}
