//! The messages of a call, with the errors of its transport in our own words.

use std::{
    error::Error as StdError,
    fmt,
    panic::AssertUnwindSafe,
    pin::Pin,
    task::{self, Poll, ready},
};

use futures::{Stream, StreamExt, TryStreamExt};
use http_body_util::BodyExt;
use tokio::time::{Instant, Sleep, sleep_until};
use tonic::{Code, Status};

use super::{Payload, call, report};
use crate::{Error, Method, Result, Streaming, intercept::Counter};

/// The messages of a request, each checked, up to the first error.
pub(super) fn requests<Q, Place>(messages: tonic::Streaming<Q::Wire>, max_size: usize, counter: Counter) -> Streaming<Q>
where
    Q: Payload<Place>,
{
    let read = move |message: Result<Q::Wire, Status>| match message {
        Ok(message) => {
            counter.received();
            Ok(Q::from_request(message)?)
        }
        Err(status) => Err(refused(&status, max_size)),
    };
    Streaming::new(Bounded::new(messages.map(read), None))
}

/// The messages of an answer, up to the first error; it is an error as well if the handler panics or the deadline
/// passes.
pub(super) fn responses<R: Payload<Place>, Place: 'static>(
    method: Method,
    deadline: Option<Instant>,
    messages: Streaming<R>,
    counter: Counter,
) -> impl Stream<Item = Result<R::Wire, Status>> + Send + 'static {
    let caught = AssertUnwindSafe(messages).catch_unwind();
    let caught = caught.map(move |message| message.unwrap_or_else(|panic| Err(call::panicked(method, &*panic))));
    let bounded = Bounded::new(caught, deadline);
    let print = move |message: R| {
        counter.sent();
        message.into_response()
    };
    bounded.map_ok(print).map_err(move |error| report::status(method, &error))
}

/// A body whose errors tonic does not take for its end, as it does when the caller resets a stream: a handler must be
/// able to tell a part of a stream from all of it.
pub(super) fn unbroken(body: tonic::body::Body) -> tonic::body::Body {
    tonic::body::Body::new(body.map_err(|_| BrokenOff))
}

/// tonic says `OUT_OF_RANGE` of a message that is too large, and `UNKNOWN` of one that broke off.
fn refused(status: &Status, max_size: usize) -> Error {
    match status.code() {
        Code::OutOfRange | Code::ResourceExhausted => {
            Error::resource_exhausted(format!("a request message is larger than the limit of {max_size} bytes"))
        }
        Code::Unknown => Error::cancelled(BrokenOff.to_string()),
        code => {
            let code = crate::Code::from_number(code.into()).unwrap_or(crate::Code::Internal);
            Error::new(code, status.message())
        }
    }
}

#[derive(Debug)]
struct BrokenOff;

impl fmt::Display for BrokenOff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the caller broke off the stream of requests")
    }
}

impl StdError for BrokenOff {}

/// A stream that is dropped at its end, its first error or its deadline, whichever comes first.
struct Bounded<S> {
    messages: Option<S>,
    deadline: Option<Instant>,
    /// Set while there is something to wait for.
    expiry: Option<Pin<Box<Sleep>>>,
}

impl<S> Bounded<S> {
    fn new(messages: S, deadline: Option<Instant>) -> Self {
        Self { messages: Some(messages), deadline, expiry: None }
    }

    fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| deadline <= Instant::now())
    }

    fn poll_expiry(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline else { return Poll::Pending };
        self.expiry.get_or_insert_with(|| Box::pin(sleep_until(deadline))).as_mut().poll(cx)
    }
}

impl<T, S: Stream<Item = Result<T>> + Unpin> Stream for Bounded<S> {
    type Item = Result<T>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<T>>> {
        let is_over = self.is_over();
        let Some(messages) = &mut self.messages else { return Poll::Ready(None) };
        let message = match is_over {
            true => Some(Err(call::exceeded())),
            false => match messages.poll_next_unpin(cx) {
                Poll::Ready(message) => message,
                Poll::Pending => {
                    ready!(self.poll_expiry(cx));
                    Some(Err(call::exceeded()))
                }
            },
        };
        if !matches!(message, Some(Ok(_))) {
            *self = Self { messages: None, deadline: None, expiry: None };
        }
        Poll::Ready(message)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;
    use tonic::{Status, codec::Codec as _};

    use super::{requests, unbroken};
    use crate::{Code, adapter::codec::Codec, intercept::Counter};

    /// A message of gRPC, which is a `google.protobuf.StringValue`.
    const MESSAGE: &[u8] = &[0, 0, 0, 0, 3, 0x0a, 1, b'a'];

    /// tonic takes `CANCELLED` for the end of a request, and a handler would take a part for the whole.
    #[tokio::test]
    async fn a_body_that_breaks_off_is_no_end() {
        let frames = [Ok(Frame::data(Bytes::from_static(MESSAGE))), Err(Status::cancelled("reset"))];
        let body = unbroken(tonic::body::Body::new(StreamBody::new(stream::iter(frames))));
        let decoder = Codec::<String, String>::default().decoder();
        let mut messages =
            requests::<String, _>(tonic::Streaming::new_request(decoder, body, None, None), 100, Counter::default());
        assert_eq!(messages.next().await.expect("a message").expect("a text"), "a");
        let error = messages.next().await.expect("an error").expect_err("an error");
        assert_eq!((error.code(), error.message()), (Code::Cancelled, "the caller broke off the stream of requests"));
        assert!(messages.next().await.is_none());
    }
}
