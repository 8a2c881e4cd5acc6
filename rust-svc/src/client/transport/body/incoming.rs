//! The body of a response.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http_body::Body as _;

use super::{
    super::connection::RemoteBody,
    remote::{BodyChunk, poll_remote},
    streamed::StreamedBody,
};
use crate::{error::BoxError, grpc::Body};

/// The body of a response. Dropping it cancels the request.
pub(crate) enum IncomingBody {
    /// No body.
    Empty,
    /// A body that arrives over a connection.
    Remote(RemoteBody),
    /// A body that arrives over a connection, and that its caller may read slowly.
    Streamed(StreamedBody),
    /// A body from a service in this process.
    InProcess(Body),
}

impl IncomingBody {
    /// Returns whether there is nothing left to read.
    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Remote(body) => body.stream.is_end_stream(),
            Self::Streamed(body) => body.is_end(),
            Self::InProcess(body) => body.is_end_stream(),
        }
    }

    pub(crate) fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, BoxError>>> {
        match self {
            Self::Empty => Poll::Ready(None),
            Self::Remote(body) => poll_remote(body, cx).map_err(BoxError::from),
            Self::Streamed(body) => body.poll_chunk(cx).map_err(BoxError::from),
            Self::InProcess(body) => poll_in_process(body, cx),
        }
    }
}

fn poll_in_process(body: &mut Body, cx: &mut Context<'_>) -> Poll<Option<Result<BodyChunk, BoxError>>> {
    let frame = ready!(Pin::new(body).poll_frame(cx)).transpose()?;
    Poll::Ready(frame.map(|frame| match frame.into_data() {
        Ok(data) => Ok(BodyChunk::Data(data)),
        Err(frame) => Ok(BodyChunk::Trailers(frame.into_trailers().unwrap_or_default())),
    }))
}
