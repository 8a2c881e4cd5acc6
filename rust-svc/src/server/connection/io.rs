//! A connection that is monitored while HTTP runs on it.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Sleep, sleep},
};

use super::{
    activity::ConnectionActivity,
    frames::{ControlFrameBudget, FrameScanner, PREFACE},
};
use crate::net::NetStream;

/// `GOAWAY` with `ENHANCE_YOUR_CALM`, as grpc-go sends it to clients that ping too often.
const GO_AWAY: &[u8] = b"\0\0\x16\x07\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\x0btoo_many_pings";

/// A monitored connection. It fails if the caller does not read for too long, or floods it with control frames.
#[derive(Debug)]
pub(super) struct GuardedIo {
    stream: NetStream,
    activity: Arc<ConnectionActivity>,
    protocol: DetectedProtocol,
    send_timeout: Duration,
    /// Set while the caller does not read.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Set once the sending side is closed.
    closing: Option<Closing>,
}

/// The state of a connection whose sending side is closed.
///
/// The caller may still send. If that were not read, the system would reset the connection, and the caller would lose the
/// last frames, such as the GOAWAY that lists the calls which were not processed.
#[derive(Debug)]
struct Closing {
    expiry: Pin<Box<Sleep>>,
    left: usize,
}

#[derive(Debug)]
enum DetectedProtocol {
    /// Some bytes of the HTTP/2 preface were read.
    Unknown(usize),
    Http1,
    Http2(Box<Http2Monitor>),
}

/// The longest time that a caller may take to close its side, and the most bytes that it may send until then.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
const MAX_UNREAD: usize = 1024 * 1024;

/// The frames of both directions of an HTTP/2 connection.
#[derive(Debug)]
struct Http2Monitor {
    read: FrameScanner,
    written: FrameScanner,
    budget: ControlFrameBudget,
}

impl GuardedIo {
    pub(super) fn new(stream: NetStream, activity: Arc<ConnectionActivity>, send_timeout: Duration) -> Self {
        Self { stream, activity, protocol: DetectedProtocol::Unknown(0), send_timeout, stalled: None, closing: None }
    }

    /// Fails if an operation is pending for too long.
    fn with_send_timeout<T>(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.stalled = None;
            return sent;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(self.send_timeout)));
        ready!(stalled.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the caller does not read")))
    }

    /// Completes when the caller has closed its side, or has had the time to.
    fn poll_closed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(Closing { expiry, left }) = &mut self.closing else { return Poll::Ready(()) };
        let mut bytes = [0; 4096];
        while expiry.as_mut().poll(cx).is_pending() && *left > 0 {
            let mut buffer = ReadBuf::new(&mut bytes);
            let read = ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer));
            if read.is_err() || buffer.filled().is_empty() {
                break;
            }
            *left = left.saturating_sub(buffer.filled().len());
        }
        Poll::Ready(())
    }

    fn end_flood(&mut self, cx: &mut Context<'_>) -> io::Error {
        if self.protocol.is_at_boundary() {
            // A caller that does not read does not get it.
            let _ = Pin::new(&mut self.stream).poll_write(cx, GO_AWAY);
        }
        io::Error::new(io::ErrorKind::ConnectionAborted, "the caller sends too many pings or settings")
    }
}

impl DetectedProtocol {
    /// Returns false if the caller sends too many control frames.
    fn read(&mut self, bytes: &[u8]) -> bool {
        match self {
            Self::Unknown(matched) => {
                let length = bytes.len().min(PREFACE.len() - *matched);
                if bytes[..length] != PREFACE[*matched..*matched + length] {
                    *self = Self::Http1;
                    return true;
                }
                *matched += length;
                if *matched < PREFACE.len() {
                    return true;
                }
                *self = Self::Http2(Box::new(Http2Monitor::new()));
                self.read(&bytes[length..])
            }
            Self::Http1 => true,
            Self::Http2(http2) => http2.read(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Self::Http2(http2) = self {
            let Http2Monitor { written, budget, .. } = &mut **http2;
            written.read(bytes, |frame| {
                if frame.belongs_to_call() {
                    budget.refill();
                }
            });
        }
    }

    fn is_at_boundary(&self) -> bool {
        matches!(self, Self::Http2(http2) if http2.written.is_at_boundary())
    }
}

impl Http2Monitor {
    fn new() -> Self {
        Self { read: FrameScanner::default(), written: FrameScanner::default(), budget: ControlFrameBudget::new() }
    }

    fn read(&mut self, bytes: &[u8]) -> bool {
        let mut is_allowed = true;
        self.read.read(bytes, |frame| is_allowed &= !frame.is_control() || self.budget.take());
        is_allowed
    }
}

impl AsyncRead for GuardedIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let bytes = &buffer.filled()[start..];
        self.activity.record_read(bytes.len());
        let is_allowed = self.protocol.read(bytes);
        match &self.protocol {
            DetectedProtocol::Unknown(_) => (),
            DetectedProtocol::Http1 => self.activity.record_http1(),
            DetectedProtocol::Http2(http2) => {
                if let Some(size) = http2.read.max_header_list_size() {
                    self.activity.set_max_header_list_size(size);
                }
            }
        }
        if is_allowed { Poll::Ready(Ok(())) } else { Poll::Ready(Err(self.end_flood(cx))) }
    }
}

impl AsyncWrite for GuardedIo {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write(cx, bytes);
        let sent = ready!(self.with_send_timeout(cx, sent))?;
        self.protocol.write(&bytes[..sent]);
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.with_send_timeout(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.with_send_timeout(cx, shut))?;
            self.closing = Some(Closing { expiry: Box::pin(sleep(CLOSE_TIMEOUT)), left: MAX_UNREAD });
        }
        self.poll_closed(cx).map(Ok)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        let sent = ready!(self.with_send_timeout(cx, sent))?;
        let mut rest = sent;
        for slice in slices {
            let whole = rest.min(slice.len());
            self.protocol.write(&slice[..whole]);
            rest -= whole;
        }
        Poll::Ready(Ok(sent))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
