//! The messages of a response, encoded as the data of its body.

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

use super::{deadline::deadline_exceeded, payload::Payload};
use crate::{
    Error, Method, Result, Streaming,
    grpc::{
        compression::Encoding,
        framing::{self, BATCH_SIZE},
    },
    intercept::{ActiveCall, Counter, panic_error},
};

/// The call that a response belongs to.
pub(super) struct ResponseContext<'a> {
    pub(super) method: &'a Arc<Method>,
    pub(super) encoding: Encoding,
    pub(super) active: &'a ActiveCall,
    pub(super) deadline: Option<Instant>,
}

/// The data of a response body.
pub(super) enum ResponseData {
    /// The one message.
    Unary(Bytes),
    /// Messages as they become ready, up to the first error.
    Stream(MessageBatches),
}

/// The messages of a stream in batches, and its error if it fails.
pub(super) struct MessageBatches {
    /// The messages that were ready when the handler returned.
    first: Option<Bytes>,
    rest: Pin<Box<dyn Stream<Item = Result<Bytes>> + Send>>,
}

impl ResponseData {
    /// Fails with the error that a stream begins with, because such a call has sent nothing. Does not wait for a stream.
    pub(super) fn begin(&mut self, cx: &mut task::Context<'_>) -> Result<()> {
        match self {
            Self::Unary(_) => Ok(()),
            Self::Stream(batches) => batches.begin(cx),
        }
    }
}

impl MessageBatches {
    fn new(rest: impl Stream<Item = Result<Bytes>> + Send + 'static) -> Self {
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

/// The return value of a handler.
pub(super) trait IntoResponseData: Send {
    /// Encodes the value as the data of a body.
    fn into_data(self, context: &ResponseContext<'_>) -> Result<ResponseData>;
}

/// The response of a method that returns one message.
pub(super) struct UnaryResponse<R, Place>(pub(super) R, pub(super) PhantomData<fn() -> Place>);

/// The responses of a method that returns a stream.
pub(super) struct StreamResponse<R, Place>(pub(super) Streaming<R>, pub(super) PhantomData<fn() -> Place>);

impl<R: Payload<Place>, Place> IntoResponseData for UnaryResponse<R, Place> {
    fn into_data(self, context: &ResponseContext<'_>) -> Result<ResponseData> {
        let bytes = framing::encode(&self.0.into_response(), context.encoding)?;
        context.active.sent(1);
        Ok(ResponseData::Unary(bytes))
    }
}

impl<R: Payload<Place>, Place: 'static> IntoResponseData for StreamResponse<R, Place> {
    fn into_data(self, context: &ResponseContext<'_>) -> Result<ResponseData> {
        Ok(ResponseData::Stream(MessageBatches::new(BatchEncoder::new(self, context))))
    }
}

/// Encodes the messages of a stream up to its end, its first error or its deadline. A panic of the handler, or of a
/// conversion, is an error.
struct BatchEncoder<R, Place> {
    /// `None` once the stream has ended.
    messages: Option<StreamResponse<R, Place>>,
    method: Arc<Method>,
    encoding: Encoding,
    counter: Counter,
    deadline: Option<Instant>,
    /// Set while the stream is pending.
    expiry: Option<Pin<Box<Sleep>>>,
    /// The error to send after the last batch.
    error: Option<Error>,
    /// The length of the last batch in bytes, as an estimate for the next one.
    length: usize,
}

impl<R: Payload<Place>, Place: 'static> BatchEncoder<R, Place> {
    fn new(messages: StreamResponse<R, Place>, context: &ResponseContext<'_>) -> Self {
        let ResponseContext { method, encoding, active, deadline } = *context;
        let (method, counter) = (method.clone(), active.counter());
        Self { messages: Some(messages), method, encoding, counter, deadline, expiry: None, error: None, length: 0 }
    }

    fn is_expired(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    /// Appends the next message to a batch. The deadline counts only while the stream is pending. A part of a message that
    /// cannot be encoded may remain in the batch.
    fn poll_append(&mut self, cx: &mut task::Context<'_>, batch: &mut BytesMut) -> Poll<Option<Result<()>>> {
        let Self { messages: Some(StreamResponse(messages, _)), method, encoding, .. } = self else {
            return Poll::Ready(None);
        };
        let mut write = |message: Result<R>| framing::append(&message?.into_response(), *encoding, batch);
        let appended = catch_unwind(AssertUnwindSafe(|| messages.poll_next_unpin(cx).map(|next| next.map(&mut write))));
        match appended.unwrap_or_else(|panic| Poll::Ready(Some(Err(panic_error(method, &*panic))))) {
            Poll::Pending => self.poll_expiry(cx).map(|error| Some(Err(error))),
            appended => appended,
        }
    }

    fn poll_expiry(&mut self, cx: &mut task::Context<'_>) -> Poll<Error> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        let expiry = self.expiry.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        expiry.as_mut().poll(cx).map(|()| deadline_exceeded())
    }

    /// Encodes the ready messages, up to the size of a batch. Returns `None` if the stream has ended.
    fn poll_batch(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Bytes>> {
        let (mut batch, mut count) = (BytesMut::with_capacity(self.length.min(BATCH_SIZE)), 0);
        while batch.len() < BATCH_SIZE {
            let complete = batch.len();
            match self.poll_append(cx, &mut batch) {
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Pending => break,
                Poll::Ready(Some(Ok(()))) => count += 1,
                Poll::Ready(end) => {
                    batch.truncate(complete);
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
        (self.messages, self.expiry, self.error) = (None, None, error);
    }
}

impl<R: Payload<Place>, Place: 'static> Stream for BatchEncoder<R, Place> {
    type Item = Result<Bytes>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Bytes>>> {
        if self.messages.is_some() && self.is_expired() {
            self.end_with(Some(deadline_exceeded()));
        }
        let batch = if self.messages.is_some() { ready!(self.poll_batch(cx)) } else { None };
        Poll::Ready(batch.map(Ok).or_else(|| self.error.take().map(Err)))
    }
}
