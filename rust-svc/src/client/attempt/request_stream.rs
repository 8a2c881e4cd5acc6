//! A stream of requests that attempts take turns to read.

use std::{
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures::{
    FutureExt, StreamExt,
    future::{self, FusedFuture},
    stream,
};
use tokio::sync::oneshot;

use super::request_size::check_length;
use crate::{
    Code, Error, Message, Result, Streaming,
    client::transport::{MessageStream, StreamCut},
    grpc::{
        compression::Encoding,
        framing::{BATCH_SIZE, PREFIX_LEN, append},
    },
    intercept::Counter,
};

/// A stream of requests that one attempt reads at a time.
#[derive(Clone)]
pub(crate) struct RequestSource(Arc<Mutex<SourceState>>);

/// A guard that a call holds. Dropping it cuts off the stream of requests.
pub(crate) struct CallGuard(#[expect(dead_code, reason = "dropping it wakes the upload")] oneshot::Sender<()>);

/// The stream of requests of one attempt. It ends when another attempt takes over.
struct AttemptStream {
    source: RequestSource,
    attempt: u32,
}

struct SourceState {
    messages: Box<dyn EncodeNext>,
    /// The attempt that reads the stream.
    attempt: u32,
    call: future::Fuse<oneshot::Receiver<()>>,
    is_consumed: bool,
    is_cut: bool,
    /// The largest message.
    limit: Option<u32>,
    error: Option<Error>,
    counter: Counter,
}

/// Encodes the messages of a stream of any type.
trait EncodeNext: Send {
    /// Appends the next message to a batch. `None` at the end.
    fn poll_append(&mut self, cx: &mut Context<'_>, batch: &mut BytesMut) -> Poll<Option<Result<()>>>;
}

struct EncodedRequests<Q, Place> {
    requests: stream::Fuse<Streaming<Q>>,
    encoding: Encoding,
    place: PhantomData<fn() -> Place>,
}

impl<Q, Place> EncodeNext for EncodedRequests<Q, Place>
where
    Q: Message<Place, Wire: prost::Message + Default>,
{
    fn poll_append(&mut self, cx: &mut Context<'_>, batch: &mut BytesMut) -> Poll<Option<Result<()>>> {
        let request = ready!(self.requests.poll_next_unpin(cx));
        Poll::Ready(request.map(|request| append(&request?.into_wire(), self.encoding, batch)))
    }
}

impl RequestSource {
    pub(super) fn new<Q, Place: 'static>(requests: Streaming<Q>, encoding: Encoding) -> (Self, CallGuard)
    where
        Q: Message<Place, Wire: prost::Message + Default> + 'static,
    {
        let (sender, call) = oneshot::channel();
        let requests = StreamExt::fuse(requests);
        let state = SourceState {
            messages: Box::new(EncodedRequests { requests, encoding, place: PhantomData }),
            attempt: 0,
            call: call.fuse(),
            is_consumed: false,
            is_cut: false,
            limit: None,
            error: None,
            counter: Counter::default(),
        };
        (Self(Arc::new(Mutex::new(state))), CallGuard(sender))
    }

    pub(super) fn count_with(&self, counter: Counter) {
        self.lock().counter = counter;
    }

    /// Limits the encoded length of each message.
    pub(super) fn limit(&self, bytes: u32) {
        self.lock().limit = Some(bytes);
    }

    /// Returns the stream for the next attempt.
    pub(super) fn attempt(&self) -> impl MessageStream + use<> {
        AttemptStream { source: self.clone(), attempt: self.lock().attempt }
    }

    pub(super) fn is_consumed(&self) -> bool {
        self.lock().is_consumed
    }

    /// Ends the stream of the current attempt, which may still run on another thread. Returns the error of the requests.
    pub(super) fn reclaim(&self) -> Option<Error> {
        let mut state = self.lock();
        state.attempt += 1;
        state.error.take()
    }

    fn lock(&self) -> MutexGuard<'_, SourceState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MessageStream for AttemptStream {
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, StreamCut>>> {
        let mut state = self.source.lock();
        if state.attempt == self.attempt { state.poll_batch(cx) } else { Poll::Ready(Some(Err(StreamCut))) }
    }

    fn poll_is_over(&mut self, cx: &mut Context<'_>) -> bool {
        let mut state = self.source.lock();
        state.attempt != self.attempt || state.poll_call_is_over(cx)
    }
}

impl SourceState {
    fn poll_batch(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, StreamCut>>> {
        if self.is_cut || self.poll_call_is_over(cx) {
            return Poll::Ready(Some(Err(StreamCut)));
        }
        let (mut batch, mut count) = (BytesMut::new(), 0);
        while batch.len() < BATCH_SIZE {
            let (messages, start) = (&mut self.messages, batch.len());
            let polled = catch_unwind(AssertUnwindSafe(|| messages.poll_append(cx, &mut batch)));
            let polled = polled.unwrap_or_else(|_| Poll::Ready(Some(Err(panic_error()))));
            match polled.map(|result| result.map(|result| result.and_then(|()| self.check(batch.len() - start)))) {
                Poll::Ready(Some(Ok(()))) => count += 1,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(self.cut(error)))),
                Poll::Ready(None) if batch.is_empty() => return Poll::Ready(None),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        self.is_consumed = true;
        // Messages of a batch that an error cuts off are not sent.
        self.counter.sent(count);
        Poll::Ready(Some(Ok(batch.freeze())))
    }

    /// Fails if the message that was appended is too large.
    fn check(&self, appended: usize) -> Result<()> {
        self.limit.map_or(Ok(()), |limit| check_length(appended.saturating_sub(PREFIX_LEN), limit))
    }

    fn poll_call_is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.call.is_terminated() || self.call.poll_unpin(cx).is_ready()
    }

    /// Cuts the stream off, so that the server does not take it for complete.
    fn cut(&mut self, error: Error) -> StreamCut {
        self.error = Some(error);
        self.is_consumed = true;
        self.is_cut = true;
        StreamCut
    }
}

/// Creates the error for a stream of requests that panicked. The call fails instead of waiting forever.
fn panic_error() -> Error {
    Error::new(Code::Internal, "the stream of requests panicked")
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    #[test]
    fn a_failed_attempt_takes_no_messages_from_the_next() {
        let (source, _call) = RequestSource::new(Streaming::from_messages(["a".to_owned()]), Encoding::Identity);
        let cx = &mut Context::from_waker(Waker::noop());
        let mut failed = source.attempt();
        assert!(source.reclaim().is_none() && !source.is_consumed());
        let mut next = source.attempt();
        assert!(failed.poll_is_over(cx));
        assert!(matches!(failed.poll_bytes(cx), Poll::Ready(Some(Err(_)))));
        assert!(matches!(next.poll_bytes(cx), Poll::Ready(Some(Ok(_)))));
        assert!(source.is_consumed());
    }
}
