//! Observes the bytes of a connection.

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

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::Notify,
};

use super::{super::address::EndpointAddress, settings::SettingsReader, unread::UnreadResponses};
use crate::{error::BoxError, net::NetStream};

/// A stream of bytes that records the activity of its peer. A server may accept a connection and never send anything.
pub(crate) struct MonitoredIo {
    stream: NetStream,
    settings: SettingsReader,
    activity: PeerActivity,
}

/// The activity of a peer.
#[derive(Clone)]
pub(crate) struct PeerActivity(Arc<Observed>);

struct Observed {
    /// The address of the peer's endpoint.
    address: EndpointAddress,
    reads: AtomicUsize,
    responses: AtomicUsize,
    unread: UnreadResponses,
    /// Notified when a call ended while the server was silent.
    suspicion: Notify,
    /// The largest headers that the server accepts. Empty before its SETTINGS arrive.
    max_header_list_size: OnceLock<u32>,
}

impl MonitoredIo {
    pub(super) fn new(stream: NetStream, address: EndpointAddress) -> (Self, PeerActivity) {
        let activity = PeerActivity::new(address);
        (Self { stream, settings: SettingsReader::default(), activity: activity.clone() }, activity)
    }
}

impl PeerActivity {
    fn new(address: EndpointAddress) -> Self {
        Self(Arc::new(Observed {
            address,
            reads: AtomicUsize::new(0),
            responses: AtomicUsize::new(0),
            unread: UnreadResponses::default(),
            suspicion: Notify::new(),
            max_header_list_size: OnceLock::new(),
        }))
    }

    /// Returns the address of the peer's endpoint.
    pub(super) fn address(&self) -> &EndpointAddress {
        &self.0.address
    }

    /// Returns how often bytes arrived so far.
    pub(super) fn reads(&self) -> usize {
        self.0.reads.load(Relaxed)
    }

    /// Returns how many responses began so far.
    pub(super) fn responses(&self) -> usize {
        self.0.responses.load(Relaxed)
    }

    /// Records that a response began.
    pub(super) fn respond(&self) {
        self.0.responses.fetch_add(1, Relaxed);
    }

    /// Returns the streamed responses of the connection.
    pub(crate) fn unread(&self) -> &UnreadResponses {
        &self.0.unread
    }

    /// Suspects that the server has vanished.
    pub(super) fn suspect(&self) {
        self.0.suspicion.notify_one();
    }

    /// Completes when the server is suspected to have vanished.
    pub(super) async fn suspected(&self) {
        self.0.suspicion.notified().await;
    }

    fn record(&self, bytes: &[u8], settings: &mut SettingsReader) {
        self.0.reads.fetch_add(1, Relaxed);
        self.0.unread.receive(bytes.len());
        if self.0.max_header_list_size.get().is_none()
            && let Some(size) = settings.read(bytes)
        {
            self.0.max_header_list_size.get_or_init(|| size);
        }
    }

    /// Drives an HTTP/2 connection until the server's SETTINGS arrive, its first frame (RFC 9113, section 3.4), and
    /// returns the largest headers that it accepts. Fails if the connection ends before that.
    pub(super) async fn wait_for_settings<E>(
        &self,
        connection: &mut (impl Future<Output = Result<(), E>> + Unpin),
    ) -> Result<u32, BoxError>
    where
        BoxError: From<E>,
    {
        poll_fn(|cx| match Pin::new(&mut *connection).poll(cx) {
            Poll::Ready(Err(error)) => Poll::Ready(Err(error.into())),
            Poll::Ready(Ok(())) => Poll::Ready(Err(io::Error::from(io::ErrorKind::UnexpectedEof).into())),
            Poll::Pending => self.0.max_header_list_size.get().map_or(Poll::Pending, |size| Poll::Ready(Ok(*size))),
        })
        .await
    }
}

impl AsyncRead for MonitoredIo {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        let Self { settings, activity, .. } = &mut *self;
        let bytes = &buffer.filled()[before..];
        if !bytes.is_empty() {
            activity.record(bytes, settings);
        }
        read
    }
}

impl AsyncWrite for MonitoredIo {
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
