//! A connection and the requests on it.

use std::{
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use futures::future::OptionFuture;
use h2::{
    SendStream,
    client::{Builder, ResponseFuture, SendRequest},
};
use http::{Request, Response};

use super::{
    super::{
        error::{HeadersTooLarge, QueueFull, Unsent},
        incoming_body::IncomingBody,
        request::OutgoingBody,
    },
    keepalive::keepalive_watchdog,
    monitored_io::MonitoredIo,
    settings::accepts_headers,
    stream_slots::{ActiveStream, StreamSlot, StreamSlots},
    upload::Upload,
};
use crate::{error::BoxError, net::NetStream};

/// The flow-control window of a stream: how much of one response a server may send before it is read.
const STREAM_WINDOW: u32 = 2 * 1024 * 1024;

/// The flow-control window of the connection, the maximum of HTTP/2: an unread stream must not stall other calls.
const CONNECTION_WINDOW: u32 = (1 << 31) - 1;

/// h2's limit of small DATA frames, which is disabled: the stream windows bound memory, and h2 would close the
/// connection with all its calls.
const DATA_FRAME_BUDGET: usize = usize::MAX / 2;

/// How many cancelled streams are remembered. For frames of older ones h2 closes the connection.
const MAX_RESET_STREAMS: usize = 10_000;

/// The largest headers and trailers of a response, in bytes.
const MAX_HEADER_LIST_SIZE: u32 = 64 * 1024;

/// The limit of concurrent streams before the server announces its own (RFC 9113, section 6.5.2).
const INITIAL_MAX_STREAMS: usize = 100;

/// A connection. It stays open until it breaks, or all its clones are dropped and its calls have ended.
#[derive(Clone)]
pub(crate) struct H2Connection {
    sender: SendRequest<Bytes>,
    /// The largest headers that the server accepts.
    max_header_list_size: u32,
    slots: StreamSlots,
    /// Upgraded by each active call, if keepalive needs that.
    calls: Weak<()>,
}

impl H2Connection {
    /// Starts HTTP/2 over a stream of bytes, and completes when the server's SETTINGS arrive. With `keep_alive`, pings
    /// are sent in this interval while calls are active.
    pub(crate) async fn open(stream: NetStream, keep_alive: Option<Duration>) -> Result<Self, BoxError> {
        let (stream, activity) = MonitoredIo::new(stream);
        let (sender, mut connection) = settings().handshake(stream).await?;
        let max_header_list_size = activity.wait_for_settings(&mut connection).await?;
        let calls = keep_alive.map(|_| Arc::new(()));
        let weak = calls.as_ref().map(Arc::downgrade).unwrap_or_default();
        let parts = keep_alive.zip(calls).zip(connection.ping_pong());
        let watchdog = OptionFuture::from(
            parts.map(|((interval, calls), pings)| keepalive_watchdog(pings, activity, interval, calls)),
        );
        tokio::spawn(async move {
            tokio::select! {
                biased;
                ended = connection => tracing::debug!(?ended, "connection closed"),
                Some(()) = watchdog => tracing::debug!("keepalive timeout"),
            }
        });
        Ok(Self { sender, max_header_list_size, slots: StreamSlots::default(), calls: weak })
    }

    /// Returns whether it accepts requests, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        !matches!(self.sender.clone().poll_ready(&mut context), Poll::Ready(Err(_)))
    }

    /// Waits until the server accepts one more stream.
    pub(crate) async fn reserve(&self) -> Result<StreamSlot, QueueFull> {
        self.slots.acquire(self.sender.current_max_send_streams()).await
    }

    /// Sends a request and returns the beginning of the response. Dropping the future or the response cancels the request.
    pub(crate) fn send(
        mut self,
        slot: StreamSlot,
        head: Request<()>,
        body: OutgoingBody,
    ) -> Result<impl Future<Output = Result<Response<IncomingBody>, h2::Error>> + Send + use<>, BoxError> {
        if !accepts_headers(self.max_header_list_size, &head) {
            return Err(HeadersTooLarge(self.max_header_list_size).into());
        }
        let (response, stream) = self.sender.send_request(head, false).map_err(Unsent)?;
        match body {
            OutgoingBody::Complete(bytes) => send_all(stream, bytes),
            OutgoingBody::Stream(messages) => drop(tokio::spawn(Upload::new(stream, messages))),
        }
        Ok(receive(PendingResponse { response, active: ActiveStream::new(slot, self.calls.upgrade()) }))
    }
}

fn settings() -> Builder {
    let mut settings = Builder::new();
    settings
        .initial_max_send_streams(INITIAL_MAX_STREAMS)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(MAX_HEADER_LIST_SIZE)
        .data_frame_budget(DATA_FRAME_BUDGET)
        .max_concurrent_reset_streams(MAX_RESET_STREAMS)
        .max_local_error_reset_streams(None)
        .enable_push(false);
    settings
}

/// Sends a complete body. An error is dropped, because the response of the stream explains more.
fn send_all(mut stream: SendStream<Bytes>, bytes: Bytes) {
    drop(stream.send_data(bytes, true));
}

/// A response whose headers have not arrived. Its stream is dropped, and so reset, before its slot is passed on.
struct PendingResponse {
    response: ResponseFuture,
    active: ActiveStream,
}

async fn receive(mut pending: PendingResponse) -> Result<Response<IncomingBody>, h2::Error> {
    let response = (&mut pending.response).await?;
    Ok(response.map(|stream| IncomingBody::Remote { stream, _active: pending.active }))
}
