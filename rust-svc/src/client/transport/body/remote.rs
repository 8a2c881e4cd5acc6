//! Reads the body of a response that arrives over a connection.

use std::task::{Context, Poll, ready};

use bytes::Bytes;
use h2::RecvStream;
use http::HeaderMap;

use super::super::connection::RemoteBody;

/// A part of a body.
pub(crate) enum BodyChunk {
    Data(Bytes),
    Trailers(HeaderMap),
}

/// Returns the next part, and grants the server as much of the flow-control window again.
pub(super) fn poll_remote(body: &mut RemoteBody, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, h2::Error>>> {
    let chunk = ready!(poll_chunk(&mut body.stream, cx));
    match &chunk {
        Some(Ok(BodyChunk::Data(_))) if !body.stream.is_end_stream() => body.active.receive(),
        _ => body.active.end(),
    }
    Poll::Ready(chunk)
}

fn poll_chunk(stream: &mut RecvStream, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, h2::Error>>> {
    match ready!(stream.poll_data(cx)?) {
        Some(data) => {
            // The caller holds the data, and reads no more before it has consumed them.
            stream.flow_control().release_capacity(data.len())?;
            Poll::Ready(Some(Ok(BodyChunk::Data(data))))
        }
        None => stream.poll_trailers(cx).map(Result::transpose).map_ok(BodyChunk::Trailers),
    }
}
