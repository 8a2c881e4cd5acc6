//! The requests of a call as the body of an HTTP request.

use std::{
    marker::PhantomData,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures::{
    FutureExt, StreamExt,
    future::{self, FusedFuture},
    stream,
};
use http_body::Frame;
use http_body_util::Full;
use tokio::sync::oneshot;
use tonic::body::Body;

use super::{
    failure::{Cause, Failure},
    idempotency,
};
use crate::{
    Code, Error, Message, Result, Streaming,
    grpc::{
        compression::Encoding,
        framing::{self, BATCH_SIZE},
    },
    intercept::{ActiveCall, Counter},
};

/// The requests of a call, in the form in which they are sent, as often as they must be.
pub(crate) enum Requests {
    /// The bytes of the one request.
    One {
        bytes: Bytes,
        /// True if it carries an idempotency key.
        keyed: bool,
    },
    /// A stream, which can be sent again only while none of it was.
    Many {
        source: Source,
        /// Dropped with the call, and then the stream ends as one that was cut off.
        _call: oneshot::Sender<()>,
    },
}

/// A stream of requests, as one attempt sends it: nothing more of it once another attempt has it.
pub(crate) struct Outgoing {
    source: Source,
    attempt: u32,
}

/// A stream of requests that an attempt reads, and the next one if that did not.
#[derive(Clone)]
pub(crate) struct Source(Arc<Mutex<Sending>>);

struct Sending {
    messages: Box<dyn Append>,
    /// The one that has it.
    attempt: u32,
    call: future::Fuse<oneshot::Receiver<()>>,
    touched: bool,
    cut: bool,
    error: Option<Error>,
    counter: Counter,
}

/// Gives messages of a type of their own, as bytes.
trait Append: Send {
    /// Adds the next one to a batch. `None` if there is none to come.
    fn poll_append(&mut self, cx: &mut Context<'_>, batch: &mut BytesMut) -> Poll<Option<Result<()>>>;
}

struct Typed<Q, Place> {
    requests: stream::Fuse<Streaming<Q>>,
    encoding: Encoding,
    place: PhantomData<fn() -> Place>,
}

impl<Q, Place> Append for Typed<Q, Place>
where
    Q: Message<Place, Wire: prost::Message + Default>,
{
    fn poll_append(&mut self, cx: &mut Context<'_>, batch: &mut BytesMut) -> Poll<Option<Result<()>>> {
        let request = ready!(self.requests.poll_next_unpin(cx));
        Poll::Ready(request.map(|request| framing::append(&request?.into_wire(), self.encoding, batch)))
    }
}

impl Requests {
    pub(crate) fn one<Q, Place>(mut request: Q, encoding: Encoding) -> Result<Self>
    where
        Q: Message<Place, Wire: prost::Message + Default>,
    {
        let keyed = idempotency::fill(&mut request);
        let bytes = framing::encode(&request.into_wire(), encoding)?;
        Ok(Self::One { bytes, keyed })
    }

    pub(crate) fn many<Q, Place: 'static>(requests: Streaming<Q>, encoding: Encoding) -> Self
    where
        Q: Message<Place, Wire: prost::Message + Default> + 'static,
    {
        let (sender, call) = oneshot::channel();
        let requests = StreamExt::fuse(requests);
        let sending = Sending {
            messages: Box::new(Typed { requests, encoding, place: PhantomData }),
            attempt: 0,
            call: call.fuse(),
            touched: false,
            cut: false,
            error: None,
            counter: Counter::default(),
        };
        Self::Many { source: Source(Arc::new(Mutex::new(sending))), _call: sender }
    }

    /// Counts what is sent as messages of this call.
    pub(crate) fn count(&self, running: &ActiveCall) {
        match self {
            Self::One { .. } => running.sent(1),
            Self::Many { source, .. } => source.lock().counter = running.counter(),
        }
    }

    pub(crate) fn body(&self) -> Body {
        match self {
            Self::One { bytes, .. } => Body::new(Full::new(bytes.clone())),
            Self::Many { source, .. } => Body::new(source.outgoing()),
        }
    }

    /// True if all of it can be sent once more.
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::One { .. } => true,
            Self::Many { source, .. } => !source.lock().touched,
        }
    }

    pub(crate) fn is_keyed(&self) -> bool {
        matches!(self, Self::One { keyed: true, .. })
    }

    /// Takes them back from an attempt, which gets nothing more of them, and gives the reason of its failure: an error among
    /// them is that of whatever became of it.
    pub(crate) fn take_back(&self, failure: Failure) -> Failure {
        match self.taken_back() {
            Some(error) => Failure { cause: Cause::Local, error, committed: true, ..failure },
            None => failure,
        }
    }

    fn taken_back(&self) -> Option<Error> {
        match self {
            Self::One { .. } => None,
            Self::Many { source, .. } => source.lock().take_back(),
        }
    }
}

impl Outgoing {
    /// The next bytes. An error is that of a stream which must be cut off.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, tonic::Status>>> {
        let mut source = self.source.lock();
        if source.attempt == self.attempt { source.poll(cx) } else { Poll::Ready(Some(Err(over()))) }
    }

    /// True once the attempt is over, or the call, whose end wakes the task.
    pub(crate) fn poll_over(&self, cx: &mut Context<'_>) -> bool {
        let mut source = self.source.lock();
        source.attempt != self.attempt || source.is_over(cx)
    }
}

impl Source {
    /// The stream for the attempt that begins.
    pub(crate) fn outgoing(&self) -> Outgoing {
        Outgoing { source: self.clone(), attempt: self.lock().attempt }
    }

    fn lock(&self) -> MutexGuard<'_, Sending> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sending {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, tonic::Status>>> {
        if self.cut || self.is_over(cx) {
            return Poll::Ready(Some(Err(over())));
        }
        let mut batch = BytesMut::new();
        while batch.len() < BATCH_SIZE {
            let messages = &mut self.messages;
            let polled = catch_unwind(AssertUnwindSafe(|| messages.poll_append(cx, &mut batch)));
            match polled.unwrap_or_else(|_| Poll::Ready(Some(Err(panicked())))) {
                Poll::Ready(Some(Ok(()))) => self.counter.sent(1),
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(self.cut_off(error)))),
                Poll::Ready(None) if batch.is_empty() => return Poll::Ready(None),
                Poll::Pending if batch.is_empty() => return Poll::Pending,
                Poll::Ready(None) | Poll::Pending => break,
            }
        }
        self.touched = true;
        Poll::Ready(Some(Ok(batch.freeze())))
    }

    /// The attempt that had it may still run, on another thread. Gives the error that it ended with.
    fn take_back(&mut self) -> Option<Error> {
        self.attempt += 1;
        self.error.take()
    }

    fn is_over(&mut self, cx: &mut Context<'_>) -> bool {
        self.call.is_terminated() || self.call.poll_unpin(cx).is_ready()
    }

    /// The server must not take a stream that failed for one that is complete.
    fn cut_off(&mut self, error: Error) -> tonic::Status {
        self.error = Some(error);
        self.touched = true;
        self.cut = true;
        tonic::Status::cancelled("the caller cannot go on")
    }
}

fn over() -> tonic::Status {
    tonic::Status::cancelled("the call has ended")
}

/// The panic is the caller's, who would wait for ever.
fn panicked() -> Error {
    Error::new(Code::Internal, "the stream of requests panicked")
}

impl http_body::Body for Outgoing {
    type Data = Bytes;
    type Error = tonic::Status;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, tonic::Status>>> {
        Outgoing::poll(&self, cx).map_ok(Frame::data)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    fn poll(outgoing: &Outgoing) -> Poll<Option<Result<Bytes, tonic::Status>>> {
        outgoing.poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn an_attempt_that_failed_takes_no_messages_from_the_next() {
        let requests = Requests::many(Streaming::from_messages(["a".to_owned()]), Encoding::Identity);
        let Requests::Many { source, .. } = &requests else { panic!("a stream") };
        let failed = source.outgoing();
        assert!(requests.taken_back().is_none() && requests.is_whole());
        let next = source.outgoing();
        assert!(failed.poll_over(&mut Context::from_waker(Waker::noop())));
        assert!(matches!(poll(&failed), Poll::Ready(Some(Err(_)))));
        assert!(matches!(poll(&next), Poll::Ready(Some(Ok(_)))));
        assert!(!requests.is_whole());
    }
}
