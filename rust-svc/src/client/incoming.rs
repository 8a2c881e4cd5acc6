//! The body of an answer.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use h2::RecvStream;
use http::HeaderMap;
use http_body::Body as _;
use tonic::body::Body;

use super::normalise::BoxError;

/// What comes after the head of an answer. Dropping it cancels the call.
pub(crate) enum Incoming {
    /// Nothing.
    None,
    /// Over a connection.
    Remote { stream: RecvStream, _call: Option<Arc<()>> },
    /// From a service in this process.
    Local(Body),
}

/// A piece of it.
pub(crate) enum Piece {
    Data(Bytes),
    Trailers(HeaderMap),
}

impl Incoming {
    /// True if nothing comes.
    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::None => true,
            Self::Remote { stream, .. } => stream.is_end_stream(),
            Self::Local(body) => body.is_end_stream(),
        }
    }

    pub(crate) fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Piece, BoxError>>> {
        match self {
            Self::None => Poll::Ready(None),
            Self::Remote { stream, .. } => poll_remote(stream, cx).map_err(BoxError::from),
            Self::Local(body) => poll_local(body, cx).map_err(BoxError::from),
        }
    }
}

fn poll_remote(stream: &mut RecvStream, cx: &mut Context<'_>) -> Poll<Option<Result<Piece, h2::Error>>> {
    match ready!(stream.poll_data(cx)?) {
        Some(data) => {
            // What is read is held by the caller, who takes no more before it has room.
            stream.flow_control().release_capacity(data.len())?;
            Poll::Ready(Some(Ok(Piece::Data(data))))
        }
        None => stream.poll_trailers(cx).map(Result::transpose).map_ok(Piece::Trailers),
    }
}

fn poll_local(body: &mut Body, cx: &mut Context<'_>) -> Poll<Option<Result<Piece, tonic::Status>>> {
    let frame = ready!(Pin::new(body).poll_frame(cx)?);
    Poll::Ready(frame.map(|frame| match frame.into_data() {
        Ok(data) => Ok(Piece::Data(data)),
        Err(frame) => Ok(Piece::Trailers(frame.into_trailers().unwrap_or_default())),
    }))
}
