//! Decodes the messages in the body of a response.

use std::{
    future::poll_fn,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::HeaderMap;

use super::{failure::from_transport, status::pushback};
use crate::{
    Code, Error, Metadata, Method,
    client::{
        policy::{AttemptFailure, Cause},
        transport::{BodyChunk, IncomingBody},
    },
    grpc::{
        compression::Encoding,
        framing::{FrameDecoder, FrameError},
        status,
    },
};

/// Decodes the messages of a response, and its status at their end.
///
/// A body without trailers is a failure, and a server that breaks the protocol never causes a panic.
pub(crate) struct MessageDecoder {
    method: &'static str,
    body: IncomingBody,
    frames: FrameDecoder,
    limit: usize,
    state: DecoderState,
}

enum DecoderState {
    Reading,
    Finished(Metadata),
    Closed,
}

impl MessageDecoder {
    pub(super) fn new(method: &Method, body: IncomingBody, encoding: Encoding, limit: usize) -> Self {
        let frames = FrameDecoder::new(encoding, limit);
        Self { method: method.full_name(), body, frames, limit, state: DecoderState::Reading }
    }

    /// Creates the decoder of a successful response without messages.
    pub(super) fn finished(method: &Method, trailers: Metadata) -> Self {
        let state = DecoderState::Finished(trailers);
        Self { state, ..Self::new(method, IncomingBody::Empty, Encoding::Identity, 0) }
    }

    /// Returns the next message, or `None` at the end of a successful response.
    pub(super) async fn next(&mut self) -> Option<Result<Bytes, AttemptFailure>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// Returns whether the next message has arrived.
    pub(crate) fn has_next(&self) -> bool {
        self.frames.has_next()
    }

    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, AttemptFailure>>> {
        let result = ready!(self.poll_message(cx));
        if result.is_err() {
            self.body = IncomingBody::Empty;
            self.state = DecoderState::Closed;
        }
        Poll::Ready(result.transpose())
    }

    /// Returns the trailers, once the end was reached.
    pub(crate) fn take_trailers(&mut self) -> Metadata {
        match std::mem::replace(&mut self.state, DecoderState::Closed) {
            DecoderState::Finished(trailers) => trailers,
            DecoderState::Reading | DecoderState::Closed => Metadata::new(),
        }
    }

    fn poll_message(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, AttemptFailure>> {
        loop {
            if !matches!(self.state, DecoderState::Reading) {
                return Poll::Ready(Ok(None));
            }
            if let Some(message) = self.frames.next().map_err(|error| self.frame_failure(&error))? {
                return Poll::Ready(Ok(Some(message)));
            }
            match ready!(self.body.poll_chunk(cx)) {
                Some(Ok(BodyChunk::Data(data))) => self.frames.add(data),
                Some(Ok(BodyChunk::Trailers(trailers))) => {
                    self.state = DecoderState::Finished(self.read_trailers(&trailers)?);
                }
                Some(Err(error)) => return Poll::Ready(Err(from_transport(self.method, error))),
                None => return Poll::Ready(Err(self.protocol_failure("ended its answer without a status"))),
            }
        }
    }

    fn read_trailers(&self, trailers: &HeaderMap) -> Result<Metadata, AttemptFailure> {
        match status::from_headers(trailers) {
            Some(Ok(_)) if !self.frames.is_empty() => Err(self.protocol_failure("ended its answer within a message")),
            Some(Ok(metadata)) => Ok(metadata),
            Some(Err(error)) => {
                Err(AttemptFailure { pushback: pushback(trailers), ..AttemptFailure::new(Cause::Peer, error) })
            }
            None => Err(self.protocol_failure("ended its answer without a status")),
        }
    }

    fn frame_failure(&self, error: &FrameError) -> AttemptFailure {
        match error {
            FrameError::TooLarge(length) => {
                self.size_failure(&format!("of {length} bytes; the limit is {}", self.limit))
            }
            FrameError::DecompressedTooLarge => {
                self.size_failure(&format!("of more than {} bytes when decompressed", self.limit))
            }
            FrameError::Flag => self.protocol_failure("compressed its answer without saying how"),
            FrameError::Compression => self.protocol_failure("answered with a message that is not in gzip"),
        }
    }

    fn protocol_failure(&self, what: &str) -> AttemptFailure {
        AttemptFailure::new(Cause::Peer, Error::new(Code::Internal, format!("{} {what}", self.method)))
    }

    fn size_failure(&self, size: &str) -> AttemptFailure {
        let message = format!("{} answered with a message {size}", self.method);
        AttemptFailure::new(Cause::Local, Error::resource_exhausted(message))
    }
}

#[cfg(test)]
mod tests {
    use http_body::Frame;
    use http_body_util::StreamBody;

    use super::*;
    use crate::grpc::{Body, framing::encode};

    const GET: Method = Method::unary("/test.v1.Test/Get");

    type TestFrame = Result<Frame<Bytes>, Error>;

    fn data(bytes: &[u8]) -> TestFrame {
        Ok(Frame::data(Bytes::copy_from_slice(bytes)))
    }

    fn trailers(status: &'static str) -> TestFrame {
        Ok(Frame::trailers(
            [("grpc-status".parse().expect("a name"), status.parse().expect("a value"))].into_iter().collect(),
        ))
    }

    async fn read(encoding: Encoding, pieces: Vec<TestFrame>) -> (Vec<Bytes>, Option<AttemptFailure>) {
        let body = IncomingBody::InProcess(Body::new(StreamBody::new(futures::stream::iter(pieces))));
        let mut messages = MessageDecoder::new(&GET, body, encoding, 100);
        let mut found = Vec::new();
        while let Some(next) = messages.next().await {
            match next {
                Ok(message) => found.push(message),
                Err(failure) => {
                    assert!(messages.next().await.is_none(), "an error is the last item");
                    return (found, Some(failure));
                }
            }
        }
        (found, None)
    }

    #[tokio::test]
    async fn messages_arrive_in_pieces_of_any_size() {
        let all = ["one", "", "three"].map(|text| encode(&text.to_owned(), Encoding::Identity));
        let all = all.map(|it| it.expect("a frame")).concat();
        for size in 1..=all.len() {
            let pieces = all.chunks(size).map(data).chain([trailers("0")]).collect();
            let (messages, failure) = read(Encoding::Identity, pieces).await;
            assert!(failure.is_none(), "{failure:?}");
            assert_eq!(messages, [&b"\x0a\x03one"[..], b"", b"\x0a\x05three"], "in pieces of {size}");
        }
    }

    #[tokio::test]
    async fn protocol_violations_are_failures() {
        let reset = Err(Error::unavailable("gone"));
        for (pieces, code, message) in [
            (vec![], Code::Internal, "test.v1.Test/Get ended its answer without a status"),
            (vec![data(&[0, 0, 0, 0, 1, 7])], Code::Internal, "test.v1.Test/Get ended its answer without a status"),
            (vec![data(&[0, 0]), trailers("0")], Code::Internal, "test.v1.Test/Get ended its answer within a message"),
            (vec![data(&[1, 0, 0, 0, 0])], Code::Internal, "test.v1.Test/Get compressed its answer without saying how"),
            (
                vec![data(&[0, 255, 255, 255, 255])],
                Code::ResourceExhausted,
                "test.v1.Test/Get answered with a message of 4294967295 bytes; the limit is 100",
            ),
            (vec![trailers("5")], Code::NotFound, ""),
            (vec![data(&[0, 0]), trailers("5")], Code::NotFound, ""),
            (vec![reset], Code::Unavailable, "gone"),
        ] {
            let failure = read(Encoding::Identity, pieces).await.1.expect("a failure");
            assert_eq!((failure.error.code(), failure.error.message()), (code, message));
        }
    }

    #[tokio::test]
    async fn gzip_messages_are_decompressed() {
        let texts = ["one", "", "three"].map(str::to_owned);
        let plain = encode(&texts[0], Encoding::Identity).expect("a frame");
        let all = texts.each_ref().map(|text| encode(text, Encoding::Gzip).expect("a frame")).concat();
        let (messages, failure) = read(Encoding::Gzip, vec![data(&plain), data(&all), trailers("0")]).await;
        assert!(failure.is_none(), "{failure:?}");
        assert_eq!(messages, [&b"\x0a\x03one"[..], b"\x0a\x03one", b"", b"\x0a\x05three"]);
    }

    #[tokio::test]
    async fn invalid_gzip_and_oversized_messages_fail() {
        let bomb = encode(&"a".repeat(200), Encoding::Gzip).expect("a frame");
        for (bytes, code, message) in [
            (&bomb[..], Code::ResourceExhausted, "a message of more than 100 bytes when decompressed"),
            (&[1, 0, 0, 0, 1, 7], Code::Internal, "a message that is not in gzip"),
        ] {
            let failure = read(Encoding::Gzip, vec![data(bytes), trailers("0")]).await.1.expect("a failure");
            assert_eq!(failure.error.code(), code);
            assert_eq!(failure.error.message(), format!("test.v1.Test/Get answered with {message}"));
        }
    }
}
