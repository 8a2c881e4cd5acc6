//! The messages of a request, with the errors of its transport in our own words.

use std::{
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{self, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures::Stream;
use http_body::Body as _;
use prost::Message as _;

use super::{Payload, call};
use crate::{
    Body, Code, Context, Error, Result, Streaming,
    error::BoxError,
    grpc::{
        compression::Encoding,
        framing::{FrameDecoder, FrameError},
    },
    intercept::Counter,
};

/// The messages of a request, each checked, up to the first error.
pub(super) struct Requests<Q, Place> {
    /// `None` once there is no more to come.
    body: Option<Body>,
    /// True if the handler had to wait for any of it.
    was_late: bool,
    frames: FrameDecoder,
    limit: usize,
    counter: Counter,
    messages: PhantomData<fn() -> (Q, Place)>,
}

impl<Q: Payload<Place>, Place: 'static> Requests<Q, Place> {
    pub(super) fn new(body: Body, encoding: Encoding, limit: usize, counter: Counter) -> Self {
        let frames = FrameDecoder::new(encoding, limit);
        Self { body: Some(body), was_late: false, frames, limit, counter, messages: PhantomData }
    }

    /// The one message of a method that takes one. None or two of them is not a call of this method.
    pub(super) async fn only(mut self, cx: &Context) -> Result<Q> {
        let wrong =
            |count| Error::new(Code::Unimplemented, format!("the method takes one request message, not {count}"));
        let request = self.next_bytes().await?.ok_or_else(|| wrong("none"))?;
        match self.next_bytes().await? {
            // No time went by without that.
            None if self.was_late && cx.remaining() == Some(Duration::ZERO) => Err(call::exceeded()),
            None => self.read(&request),
            Some(_) => Err(wrong("several")),
        }
    }

    /// The messages of a method that takes any number.
    pub(super) fn all(self) -> Streaming<Q> {
        Streaming::new(self)
    }

    async fn next_bytes(&mut self) -> Result<Option<Bytes>> {
        poll_fn(|cx| self.poll_bytes(cx)).await
    }

    fn poll(&mut self, cx: &mut task::Context<'_>) -> Poll<Option<Result<Q>>> {
        let bytes = ready!(self.poll_bytes(cx));
        let message = bytes.and_then(|bytes| bytes.map(|bytes| self.read(&bytes)).transpose()).transpose();
        if !matches!(message, Some(Ok(_))) {
            self.body = None;
        }
        Poll::Ready(message)
    }

    fn poll_bytes(&mut self, cx: &mut task::Context<'_>) -> Poll<Result<Option<Bytes>>> {
        let Some(body) = &mut self.body else { return Poll::Ready(Ok(None)) };
        loop {
            if let Some(bytes) = self.frames.next().map_err(|unreadable| refused(&unreadable, self.limit))? {
                return Poll::Ready(Ok(Some(bytes)));
            }
            let polled = Pin::new(&mut *body).poll_frame(cx);
            self.was_late |= polled.is_pending();
            match ready!(polled) {
                // A request has no trailers that mean anything.
                Some(Ok(frame)) => self.frames.add(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Poll::Ready(Err(broken_off(error))),
                None if self.frames.is_empty() => return Poll::Ready(Ok(None)),
                None => return Poll::Ready(Err(Error::new(Code::Internal, "the request ends within a message"))),
            }
        }
    }

    /// What prost says of a message that it cannot read names Rust types, so it stays here.
    fn read(&self, bytes: &[u8]) -> Result<Q> {
        let malformed = "a request message is not in protobuf encoding, or is of another type";
        let message = Q::Wire::decode(bytes).inspect(|_| self.counter.received());
        message.map_err(|_| Error::new(Code::Internal, malformed)).and_then(|message| Ok(Q::from_request(message)?))
    }
}

impl<Q: Payload<Place>, Place: 'static> Stream for Requests<Q, Place> {
    type Item = Result<Q>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Q>>> {
        self.poll(cx)
    }
}

fn refused(unreadable: &FrameError, limit: usize) -> Error {
    let text = match unreadable {
        FrameError::TooLarge(_) | FrameError::DecompressedTooLarge => {
            return Error::resource_exhausted(format!("a request message is larger than the limit of {limit} bytes"));
        }
        FrameError::Flag => "a request message is compressed without saying how",
        FrameError::Compression => "a request message cannot be decompressed",
    };
    Error::new(Code::Internal, text)
}

/// A handler must be able to tell a part of a stream from all of it. Who reads the body for us says what is wrong with it.
fn broken_off(error: BoxError) -> Error {
    let known = error.downcast::<Error>().map(|error| *error);
    known.unwrap_or_else(|_| Error::cancelled("the caller broke off the stream of requests"))
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;

    /// A message of gRPC, which is a `google.protobuf.StringValue`.
    const MESSAGE: &[u8] = &[0, 0, 0, 0, 3, 0x0a, 1, b'a'];

    #[tokio::test]
    async fn a_body_that_breaks_off_is_no_end() {
        let frames = [Ok(Frame::data(Bytes::from_static(MESSAGE))), Err("reset")];
        let body = Body::new(StreamBody::new(stream::iter(frames)));
        let mut messages = Requests::<String, _>::new(body, Encoding::Identity, 100, Counter::default()).all();
        assert_eq!(messages.next().await.expect("a message").expect("a text"), "a");
        let error = messages.next().await.expect("an error").expect_err("an error");
        assert_eq!((error.code(), error.message()), (Code::Cancelled, "the caller broke off the stream of requests"));
        assert!(messages.next().await.is_none());
    }
}
