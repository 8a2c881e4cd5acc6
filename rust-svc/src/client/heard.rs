//! Servers that accept a connection, and may never speak.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{normalise::BoxError, settings::Settings};
use crate::net::Stream;

/// A stream of bytes that tells what came first, and whether more came.
pub(super) struct Heard {
    stream: Stream,
    settings: Settings,
    speaks: Speaks,
}

/// What was heard of a server.
#[derive(Clone, Default)]
pub(super) struct Speaks(Arc<Said>);

#[derive(Default)]
struct Said {
    times: AtomicUsize,
    /// How large the headers of a request may be that it takes; nothing before it has told its settings.
    room: OnceLock<u32>,
}

impl Heard {
    pub(super) fn new(stream: Stream) -> (Self, Speaks) {
        let speaks = Speaks::default();
        (Self { stream, settings: Settings::default(), speaks: speaks.clone() }, speaks)
    }
}

impl Speaks {
    /// How often something came so far.
    pub(super) fn times(&self) -> usize {
        self.0.times.load(Relaxed)
    }

    fn hear(&self, bytes: &[u8], settings: &mut Settings) {
        self.0.times.fetch_add(1, Relaxed);
        if self.0.room.get().is_none()
            && let Some(room) = settings.read(bytes)
        {
            self.0.room.get_or_init(|| room);
        }
    }

    /// Drives a connection of HTTP/2 until its server has spoken, which it does first of all (RFC 9113, section 3.4), and
    /// gives how large the headers of a request may be. Fails if the connection ends before that.
    pub(super) async fn on<E>(
        &self,
        connection: &mut (impl Future<Output = Result<(), E>> + Unpin),
    ) -> Result<u32, BoxError>
    where
        BoxError: From<E>,
    {
        poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Ready(Ok(())) => Poll::Ready(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())),
            Poll::Pending => self.0.room.get().map_or(Poll::Pending, |room| Poll::Ready(Ok(*room))),
        })
        .await
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Self { settings, speaks, .. } = &mut *self;
        let heard = &buffer.filled()[before..];
        if !heard.is_empty() {
            speaks.hear(heard, settings);
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
