//! The body of a response.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::RecvStream;
use http::HeaderMap;
use http_body::Body as _;

use super::connection::RemoteBody;
use crate::{error::BoxError, grpc::Body};

/// The body of a response. Dropping it cancels the request.
pub(crate) enum IncomingBody {
    /// No body.
    Empty,
    /// A body that arrives over a connection.
    Remote(RemoteBody),
    /// A body from a service in this process.
    InProcess(Body),
}

/// A part of a body.
pub(crate) enum BodyChunk {
    Data(Bytes),
    Trailers(HeaderMap),
}

impl IncomingBody {
    /// Returns whether there is nothing left to read.
    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Remote(body) => body.stream.is_end_stream(),
            Self::InProcess(body) => body.is_end_stream(),
        }
    }

    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, BoxError>>> {
        match self {
            Self::Empty => Poll::Ready(None),
            Self::Remote(body) => poll_remote(body, cx).map_err(BoxError::from),
            Self::InProcess(body) => poll_in_process(body, cx),
        }
    }
}

fn poll_remote(body: &mut RemoteBody, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, h2::Error>>> {
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

fn poll_in_process(body: &mut Body, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, BoxError>>> {
    let frame = ready!(Pin::new(body).poll_frame(cx)).transpose()?;
    Poll::Ready(frame.map(|frame| match frame.into_data() {
        Ok(data) => Ok(BodyChunk::Data(data)),
        Err(frame) => Ok(BodyChunk::Trailers(frame.into_trailers().unwrap_or_default())),
    }))
}
