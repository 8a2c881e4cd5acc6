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
        framing::{self, BATCH_SIZE},
    },
    intercept::{ActiveCall, Counter},
};

/// What is around the messages of an answer.
pub(super) struct Answering<'a> {
    pub(super) method: &'a Arc<Method>,
    pub(super) encoding: Encoding,
    pub(super) running: &'a ActiveCall,
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
pub(super) struct Batches {
    /// Those that were ready when the handler returned.
    first: Option<Bytes>,
    rest: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
}

impl Data {
    /// Fails with the error that a stream begins with, which so is that of a call that sent nothing; a stream that has to
    /// be waited for is left as it is.
    pub(super) fn begin(&mut self, cx: &mut task::Context<'_>) -> Result<()> {
        match self {
            Self::One(_) => Ok(()),
            Self::Many(batches) => batches.begin(cx),
        }
    }
}

impl Batches {
    fn of(rest: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
        Self { first: None, rest: Box::pin(rest) }
    }

    fn begin(&mut self, cx: &mut task::Context<'_>) -> Result<()> {
        if let Poll::Ready(Some(first)) = self.rest.as_mut().poll_next(cx) {
            self.first = Some(first?);
        }
        Ok(())
    }

    pub(super) fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(Ok(first))),
            None => self.rest.as_mut().poll_next(cx),
        }
    }
}

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
        let bytes = framing::encode(&self.0.into_response(), answering.encoding)?;
        answering.running.sent(1);
        Ok(Data::One(bytes))
    }
}

impl<R: Payload<Place>, Place: 'static> Answer for Many<R, Place> {
    fn data(self, answering: &Answering<'_>) -> Result<Data> {
        Ok(Data::Many(Batches::of(Responses::of(self, answering))))
    }
}

/// The messages of a stream, up to its end, its first error or its deadline, whichever comes first; a panic of the
/// handler, or of what converts its messages, is an error.
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

    /// Adds the next message to a batch, or tells why there is none; the deadline counts where there is something to wait
    /// for. A part of a message that fails may be left in the batch.
    fn poll_append(&mut self, cx: &mut task::Context<'_>, batch: &mut BytesMut) -> Poll<Option<Result<()>>> {
        let Self { messages: Some(Many(messages, _)), method, encoding, .. } = self else { return Poll::Ready(None) };
        let mut write = |message: Result<R>| framing::append(&message?.into_response(), *encoding, batch);
        let appended = catch_unwind(AssertUnwindSafe(|| messages.poll_next_unpin(cx).map(|next| next.map(&mut write))));
        match appended.unwrap_or_else(|panic| Poll::Ready(Some(Err(call::panicked(method, &*panic))))) {
            Poll::Pending => self.poll_expiry(cx).map(|late| Some(Err(late))),
            appended => appended,
        }
    }

    fn poll_expiry(&mut self, cx: &mut task::Context<'_>) -> Poll<Error> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        let expiry = self.expiry.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        expiry.as_mut().poll(cx).map(|()| call::exceeded())
    }

    /// All messages that are ready, up to the size of a batch; `None` if there is none to come.
    fn poll_batch(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Bytes>> {
        let (mut batch, mut count) = (BytesMut::with_capacity(self.length.min(BATCH_SIZE)), 0);
        while batch.len() < BATCH_SIZE {
            let whole = batch.len();
            match self.poll_append(cx, &mut batch) {
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(Some(Ok(()))) => count += 1,
                Poll::Ready(end) => {
                    batch.truncate(whole);
                    self.end_with(end.and_then(Result::err));
                    break;
                }
            }
        }
        self.length = batch.len();
        self.counter.sent(count);
        Poll::Ready((!batch.is_empty()).then(|| batch.freeze()))
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
