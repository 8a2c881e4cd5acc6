//! A connection that is watched while HTTP is spoken on it.

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
    activity::Activity,
    frames::{Frames, PREFACE, Patience},
};
use crate::net::Stream;

/// `GOAWAY` with `ENHANCE_YOUR_CALM`, as grpc-go tells those who ping too often.
const GO_AWAY: &[u8] = b"\0\0\x16\x07\0\0\0\0\0\x7f\xff\xff\xff\0\0\0\x0btoo_many_pings";

/// A connection. It ends when its caller reads nothing of what is sent for too long, or sends nothing but burdens.
#[derive(Debug)]
pub(super) struct Watched {
    stream: Stream,
    activity: Arc<Activity>,
    protocol: Protocol,
    send_timeout: Duration,
    /// Set while the caller does not read.
    stuck: Option<Pin<Box<Sleep>>>,
    /// Set once nothing more is sent.
    closing: Option<Closing>,
}

/// What a caller still sends that does not know yet that the connection ends.
///
/// If it were not read, the system would tell the caller that the connection broke, and what it was sent before, such as
/// which of its calls were not seen, would be lost on it.
#[derive(Debug)]
struct Closing {
    expiry: Pin<Box<Sleep>>,
    left: usize,
}

#[derive(Debug)]
enum Protocol {
    /// So many bytes of the preface were read.
    Unknown(usize),
    Http1,
    Http2(Box<Http2>),
}

/// How long a caller may take to close its side, and how much it may send until then, in bytes.
const CLOSING: Duration = Duration::from_secs(1);
const LEFT: usize = 1024 * 1024;

/// The frames of both directions.
#[derive(Debug)]
struct Http2 {
    read: Frames,
    written: Frames,
    patience: Patience,
}

impl Watched {
    pub(super) fn new(stream: Stream, activity: Arc<Activity>, send_timeout: Duration) -> Self {
        Self { stream, activity, protocol: Protocol::Unknown(0), send_timeout, stuck: None, closing: None }
    }

    /// Gives up when what is pending stays so for too long.
    fn in_time<T>(&mut self, cx: &mut Context<'_>, sent: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if sent.is_ready() {
            self.stuck = None;
            return sent;
        }
        let stuck = self.stuck.get_or_insert_with(|| Box::pin(sleep(self.send_timeout)));
        ready!(stuck.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the caller does not read what is sent to it")))
    }

    /// Completes when the caller has closed its side, or has had its chance to.
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

    fn refuse(&mut self, cx: &mut Context<'_>) -> io::Error {
        if self.protocol.is_between_frames() {
            // Whoever does not listen is not told.
            let _ = Pin::new(&mut self.stream).poll_write(cx, GO_AWAY);
        }
        io::Error::new(io::ErrorKind::ConnectionAborted, "the caller sends too many pings or settings")
    }
}

impl Protocol {
    /// False if the caller is too great a burden.
    fn read(&mut self, bytes: &[u8]) -> bool {
        match self {
            Self::Unknown(matched) => {
                let said = bytes.len().min(PREFACE.len() - *matched);
                if bytes[..said] != PREFACE[*matched..*matched + said] {
                    *self = Self::Http1;
                    return true;
                }
                *matched += said;
                if *matched < PREFACE.len() {
                    return true;
                }
                *self = Self::Http2(Box::new(Http2::new()));
                self.read(&bytes[said..])
            }
            Self::Http1 => true,
            Self::Http2(http2) => http2.read(bytes),
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        if let Self::Http2(http2) = self {
            let Http2 { written, patience, .. } = &mut **http2;
            written.read(bytes, |frame| {
                if frame.is_of_a_call() {
                    patience.renew()
                }
            });
        }
    }

    fn is_between_frames(&self) -> bool {
        matches!(self, Self::Http2(http2) if http2.written.is_between())
    }
}

impl Http2 {
    fn new() -> Self {
        Self { read: Frames::default(), written: Frames::default(), patience: Patience::new() }
    }

    fn read(&mut self, bytes: &[u8]) -> bool {
        let mut bearable = true;
        self.read.read(bytes, |frame| bearable &= !frame.is_a_burden() || self.patience.spend());
        bearable
    }
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let start = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let bytes = &buffer.filled()[start..];
        self.activity.hear(bytes.len());
        let bearable = self.protocol.read(bytes);
        match &self.protocol {
            Protocol::Unknown(_) => (),
            Protocol::Http1 => self.activity.hear_http1(),
            Protocol::Http2(http2) => {
                if let Some(size) = http2.read.max_header_list_size() {
                    self.activity.hear_room(size);
                }
            }
        }
        if bearable { Poll::Ready(Ok(())) } else { Poll::Ready(Err(self.refuse(cx))) }
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write(cx, bytes);
        let sent = ready!(self.in_time(cx, sent))?;
        self.protocol.write(&bytes[..sent]);
        Poll::Ready(Ok(sent))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.in_time(cx, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            let shut = Pin::new(&mut self.stream).poll_shutdown(cx);
            ready!(self.in_time(cx, shut))?;
            self.closing = Some(Closing { expiry: Box::pin(sleep(CLOSING)), left: LEFT });
        }
        self.poll_closed(cx).map(Ok)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let sent = Pin::new(&mut self.stream).poll_write_vectored(cx, slices);
        let sent = ready!(self.in_time(cx, sent))?;
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
