//! The messages of a request, decoded and validated.

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

use super::{deadline::deadline_exceeded, options::AdapterOptions, payload::Payload};
use crate::{
    Body, Code, Context, Error, Result, Streaming,
    error::BoxError,
    grpc::{
        compression::Encoding,
        framing::{FrameDecoder, FrameError},
    },
    intercept::Counter,
};

/// The messages of a request, up to the first error.
pub(super) struct RequestStream<Q, Place> {
    /// `None` once the stream has ended.
    body: Option<Body>,
    /// Whether the body was ever pending.
    was_pending: bool,
    frames: FrameDecoder,
    limit: usize,
    is_unchecked: bool,
    counter: Counter,
    messages: PhantomData<fn() -> (Q, Place)>,
}

impl<Q: Payload<Place>, Place: 'static> RequestStream<Q, Place> {
    pub(super) fn new(body: Body, encoding: Encoding, options: &AdapterOptions, counter: Counter) -> Self {
        let AdapterOptions { max_message_size: limit, is_unchecked, .. } = *options;
        let frames = FrameDecoder::new(encoding, limit);
        Self { body: Some(body), was_pending: false, frames, limit, is_unchecked, counter, messages: PhantomData }
    }

    /// Returns the message of a method that takes one. No message, or several, are an error.
    pub(super) async fn single(mut self, cx: &Context) -> Result<Q> {
        let wrong =
            |count| Error::new(Code::Unimplemented, format!("the method takes one request message, not {count}"));
        let request = self.next_bytes().await?.ok_or_else(|| wrong("none"))?;
        match self.next_bytes().await? {
            // Otherwise no time has passed since the last check.
            None if self.was_pending && cx.remaining() == Some(Duration::ZERO) => Err(deadline_exceeded()),
            None => self.read(&request),
            Some(_) => Err(wrong("several")),
        }
    }

    /// Returns the messages of a method that takes a stream.
    pub(super) fn into_streaming(self) -> Streaming<Q> {
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
            if let Some(bytes) = self.frames.next().map_err(|error| frame_error(&error, self.limit))? {
                return Poll::Ready(Ok(Some(bytes)));
            }
            let polled = Pin::new(&mut *body).poll_frame(cx);
            self.was_pending |= polled.is_pending();
            match ready!(polled) {
                // Trailers of a request have no meaning.
                Some(Ok(frame)) => self.frames.add(frame.into_data().unwrap_or_default()),
                Some(Err(error)) => return Poll::Ready(Err(body_error(error))),
                None if self.frames.is_empty() => return Poll::Ready(Ok(None)),
                None => return Poll::Ready(Err(Error::new(Code::Internal, "the request ends within a message"))),
            }
        }
    }

    /// Decodes and validates a message. The error of prost is dropped, because it names Rust types.
    fn read(&self, bytes: &[u8]) -> Result<Q> {
        let malformed = "a request message is not in protobuf encoding, or is of another type";
        let message = Q::Wire::decode(bytes).inspect(|_| self.counter.received());
        let message = message.map_err(|_| Error::new(Code::Internal, malformed))?;
        Ok(if self.is_unchecked { Q::from_unchecked_request(message)? } else { Q::from_request(message)? })
    }
}

impl<Q: Payload<Place>, Place: 'static> Stream for RequestStream<Q, Place> {
    type Item = Result<Q>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<Option<Result<Q>>> {
        self.poll(cx)
    }
}

fn frame_error(error: &FrameError, limit: usize) -> Error {
    let text = match error {
        FrameError::TooLarge(_) | FrameError::DecompressedTooLarge => {
            return Error::resource_exhausted(format!("a request message is larger than the limit of {limit} bytes"));
        }
        FrameError::Flag => "a request message is compressed without saying how",
        FrameError::Compression => "a request message cannot be decompressed",
    };
    Error::new(Code::Internal, text)
}

/// Returns an error for a body that failed, so that a handler can tell a part of a stream from all of it. An error of our own
/// body types is passed on.
fn body_error(error: BoxError) -> Error {
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
    async fn a_body_that_fails_is_an_error() {
        let frames = [Ok(Frame::data(Bytes::from_static(MESSAGE))), Err("reset")];
        let body = Body::new(StreamBody::new(stream::iter(frames)));
        let mut messages =
            RequestStream::<String, _>::new(body, Encoding::Identity, &AdapterOptions::default(), Counter::default())
                .into_streaming();
        assert_eq!(messages.next().await.expect("a message").expect("a text"), "a");
        let error = messages.next().await.expect("an error").expect_err("an error");
        assert_eq!((error.code(), error.message()), (Code::Cancelled, "the caller broke off the stream of requests"));
        assert!(messages.next().await.is_none());
    }
}
