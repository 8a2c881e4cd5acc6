//! The messages of an answer, as the data of its body.

use std::{
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::Arc,
    task::{self, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt};
use tokio::time::{Instant, Sleep, sleep_until};

use super::{Payload, call};
use crate::{
    Error, Method, Result, Streaming,
    grpc::{
        compression::Encoding,
        frames::{BATCH, append, frame},
    },
    intercept::{Counter, Running},
};

/// What is around the messages of an answer.
pub(super) struct Answering<'a> {
    pub(super) method: &'a Arc<Method>,
    pub(super) encoding: Encoding,
    pub(super) running: &'a Running,
    pub(super) deadline: Option<Instant>,
}

/// What the body of an answer consists of.
pub(super) enum Data {
    /// All of it.
    One(Bytes),
    /// What comes in time, up to the first error.
    Many(Batches),
}

/// Some messages of an answer together, and its error if it has one.
pub(super) type Batches = Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>;

/// What a handler answers with.
pub(super) trait Answer: Send {
    /// The data of the body.
    fn data(self, answering: &Answering<'_>) -> Result<Data>;
}

/// The one response of a method that returns one.
pub(super) struct One<R, Place>(pub(super) R, pub(super) PhantomData<fn() -> Place>);

/// The responses of a method that returns any number.
pub(super) struct Many<R, Place>(pub(super) Streaming<R>, pub(super) PhantomData<fn() -> Place>);

impl<R: Payload<Place>, Place> Answer for One<R, Place> {
    fn data(self, answering: &Answering<'_>) -> Result<Data> {
        let bytes = frame(&self.0.into_response(), answering.encoding)?;
        answering.running.sent(1);
        Ok(Data::One(bytes))
    }
}

impl<R: Payload<Place>, Place: 'static> Answer for Many<R, Place> {
    fn data(self, answering: &Answering<'_>) -> Result<Data> {
        Ok(Data::Many(Box::pin(Responses::of(self, answering))))
    }
}

/// The messages of a stream, up to its end, its first error or its deadline, whichever comes first; a panic of the
/// handler is an error.
struct Responses<R, Place> {
    /// `None` once there is no more to come.
    messages: Option<Many<R, Place>>,
    method: Arc<Method>,
    encoding: Encoding,
    counter: Counter,
    deadline: Option<Instant>,
    /// Set while there is something to wait for.
    expiry: Option<Pin<Box<Sleep>>>,
    /// What is to be sent after the last batch.
    end: Option<Error>,
    /// How long the last batch was, in bytes: the next one is about as long.
    length: usize,
}

impl<R: Payload<Place>, Place: 'static> Responses<R, Place> {
    fn of(messages: Many<R, Place>, answering: &Answering<'_>) -> Self {
        let Answering { method, encoding, running, deadline } = *answering;
        let (method, counter) = (method.clone(), running.counter());
        Self { messages: Some(messages), method, encoding, counter, deadline, expiry: None, end: None, length: 0 }
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// The next message, or why there is none; the deadline counts where there is something to wait for.
    fn poll_message(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<R>>> {
        let Some(Many(messages, _)) = &mut self.messages else { return Poll::Ready(None) };
        let method = &self.method;
        let polled = catch_unwind(AssertUnwindSafe(|| messages.poll_next_unpin(cx)));
        match polled.unwrap_or_else(|panic| Poll::Ready(Some(Err(call::panicked(method, &*panic))))) {
            Poll::Pending => self.poll_expiry(cx),
            message => message,
        }
    }

    fn poll_expiry(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<R>>> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        ready!(self.expiry.get_or_insert_with(|| Box::pin(sleep_until(deadline))).as_mut().poll(cx));
        Poll::Ready(Some(Err(call::exceeded())))
    }

    /// All messages that are ready, up to the size of a batch; `None` if there is none to come.
    fn poll_batch(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Bytes>> {
        let (mut batch, mut count) = (BytesMut::with_capacity(self.length), 0);
        while batch.len() < BATCH {
            match self.poll_message(cx) {
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(message) => match self.print(message, &mut batch) {
                    true => count += 1,
                    false => break,
                },
            }
        }
        self.length = batch.len();
        self.counter.sent(count);
        Poll::Ready((!batch.is_empty()).then(|| batch.freeze()))
    }

    /// Adds a message to a batch. False if there is none: then the stream has ended, and is dropped.
    fn print(&mut self, message: Option<Result<R>>, batch: &mut BytesMut) -> bool {
        let encoding = self.encoding;
        let printed = message.map(|message| append(&message?.into_response(), encoding, batch));
        let goes_on = matches!(printed, Some(Ok(())));
        if !goes_on {
            self.end_with(printed.and_then(Result::err));
        }
        goes_on
    }

    fn end_with(&mut self, error: Option<Error>) {
        (self.messages, self.expiry, self.end) = (None, None, error);
    }
}

impl<R: Payload<Place>, Place: 'static> Stream for Responses<R, Place> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if self.messages.is_some() && self.is_over() {
            self.end_with(Some(call::exceeded()));
        }
        let batch = if self.messages.is_some() { ready!(self.poll_batch(cx)) } else { None };
        Poll::Ready(batch.map(Ok).or_else(|| self.end.take().map(Err)))
    }
}
