//! Servers that accept a connection, and may never speak.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{normalise::BoxError, settings::Settings};
use crate::net::Stream;

/// A stream of bytes that tells what came first.
pub(super) struct Heard {
    stream: Stream,
    settings: Settings,
    room: Arc<OnceLock<u32>>,
}

/// Whether a server has spoken, and how large the headers of a request may be that it takes.
pub(super) struct Speaks(Arc<OnceLock<u32>>);

impl Heard {
    pub(super) fn new(stream: Stream) -> (Self, Speaks) {
        let room = Arc::new(OnceLock::new());
        (Self { stream, settings: Settings::default(), room: room.clone() }, Speaks(room))
    }
}

impl Speaks {
    /// Drives a connection of HTTP/2 until its server has spoken, which it does first of all (RFC 9113, section 3.4), and
    /// gives how large the headers of a request may be. Fails if the connection ends before that.
    pub(super) async fn on<E>(
        self,
        connection: &mut (impl Future<Output = Result<(), E>> + Unpin),
    ) -> Result<u32, BoxError>
    where
        BoxError: From<E>,
    {
        poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Ready(Ok(())) => Poll::Ready(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())),
            Poll::Pending => self.0.get().map_or(Poll::Pending, |room| Poll::Ready(Ok(*room))),
        })
        .await
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Self { settings, room, .. } = &mut *self;
        if room.get().is_none()
            && let Some(told) = settings.read(&buffer.filled()[before..])
        {
            room.get_or_init(|| told);
        }
        read
    }
}

impl AsyncWrite for Heard {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
