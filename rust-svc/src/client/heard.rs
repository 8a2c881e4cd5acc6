//! Servers that accept a connection, and may never speak.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::normalise::BoxError;
use crate::net::Stream;

/// A stream of bytes that tells whether any came.
pub(super) struct Heard {
    stream: Stream,
    speaks: Speaks,
}

/// How often something was heard of a server.
#[derive(Clone)]
pub(super) struct Speaks(Arc<AtomicUsize>);

impl Heard {
    pub(super) fn new(stream: Stream) -> (Self, Speaks) {
        let speaks = Speaks(Arc::new(AtomicUsize::new(0)));
        (Self { stream, speaks: speaks.clone() }, speaks)
    }
}

impl Speaks {
    /// How often something came so far.
    pub(super) fn times(&self) -> usize {
        self.0.load(Relaxed)
    }

    /// Drives a connection of HTTP/2 until its server has spoken, which it does first of all (RFC 9113, section 3.4). Fails
    /// if the connection ends before that.
    pub(super) async fn on<E>(
        &self,
        connection: &mut (impl Future<Output = Result<(), E>> + Unpin),
    ) -> Result<(), BoxError>
    where
        BoxError: From<E>,
    {
        poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Ready(Ok(())) => Poll::Ready(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())),
            Poll::Pending if self.times() > 0 => Poll::Ready(Ok(())),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

impl AsyncRead for Heard {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.speaks.0.fetch_add(1, Relaxed);
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
