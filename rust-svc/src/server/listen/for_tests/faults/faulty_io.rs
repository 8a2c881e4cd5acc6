//! A connection that ends on demand.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::connection_switch::{ConnectionSwitch, ScriptedEnd, Switches};
use crate::server::connection::FrameScanner;

/// A connection that ends when its switch is used.
#[derive(Debug)]
pub(in super::super) struct FaultyIo<S> {
    stream: S,
    switch: Arc<ConnectionSwitch>,
    written: FrameScanner,
}

impl<S: AsyncWrite + Unpin> FaultyIo<S> {
    /// Adds a switch for the caller at `address`.
    pub(in super::super) fn new(stream: S, address: &str, switches: &Switches) -> Self {
        Self { stream, switch: switches.add(address), written: FrameScanner::default() }
    }

    /// Sends the last bytes, and returns the error for the server's side.
    fn end(&mut self, cx: &mut Context<'_>, end: &ScriptedEnd) -> io::Error {
        if self.written.is_at_boundary() && !end.last_bytes.is_empty() {
            // A caller that does not read does not get them.
            let _ = Pin::new(&mut self.stream).poll_write(cx, &end.last_bytes);
        }
        ended()
    }
}

fn ended() -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, "a script of a fake ends the connection")
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for FaultyIo<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.switch.poll_end(cx) {
            Some(end) => Poll::Ready(Err(self.end(cx, &end))),
            None => Pin::new(&mut self.stream).poll_read(cx, buffer),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for FaultyIo<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.switch.has_ended() {
            return Poll::Ready(Err(ended()));
        }
        let sent = Pin::new(&mut self.stream).poll_write(cx, bytes);
        if let Poll::Ready(Ok(sent)) = sent {
            self.written.read(&bytes[..sent], |_| ());
        }
        sent
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
