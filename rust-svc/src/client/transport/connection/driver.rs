//! The task that drives a connection.

use std::{
    future::{pending, poll_fn},
    pin::Pin,
    sync::atomic::Ordering::Relaxed,
    time::Duration,
};

use bytes::Bytes;
use h2::{
    PingPong, Reason,
    client::{Builder, Connection},
};
use tokio::time;

use super::{
    super::address::EndpointAddress,
    h2_connection::H2Connection,
    monitored_io::{MonitoredIo, PeerActivity},
    silence::{PingPolicy, watch_silence},
    stream_pool::WeakStreamPool,
};
use crate::{error::BoxError, net::NetStream};

/// h2's limit of small DATA frames, which is disabled: unread responses are compacted, and h2 would close the connection
/// with all its calls.
const DATA_FRAME_BUDGET: usize = usize::MAX / 2;

/// How many cancelled streams are remembered. For frames of older ones h2 closes the connection.
const MAX_RESET_STREAMS: usize = 10_000;

/// The largest headers and trailers of a response, in bytes.
const MAX_HEADER_LIST_SIZE: u32 = 64 * 1024;

/// The limit of concurrent streams before the server announces its own (RFC 9113, section 6.5.2).
const INITIAL_MAX_STREAMS: usize = 100;

/// The flow-control windows of a client, in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Windows {
    /// The window of a stream: how much of one response a server may send before it is read.
    pub(crate) stream: u32,
    /// The window of the connection.
    pub(crate) connection: u32,
}

/// The driver of a connection that was opened.
pub(crate) struct ConnectionDriver {
    connection: Connection<MonitoredIo, Bytes>,
    pings: Option<PingPong>,
    activity: PeerActivity,
}

/// The end of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ConnectionEnd {
    /// Either side closed it, or it broke.
    Closed,
    /// The server did not acknowledge a ping.
    Silent,
    /// The server closed it for too many pings or resets.
    TooManyPings,
}

impl ConnectionDriver {
    /// Starts HTTP/2 over a stream of bytes to an address, and completes when the server's SETTINGS arrive. Returns a handle for
    /// requests, and the driver of the connection.
    pub(crate) async fn open(
        stream: NetStream,
        address: EndpointAddress,
        windows: Windows,
    ) -> Result<(H2Connection, Self), BoxError> {
        let peer = stream.peer_addr();
        let (stream, activity) = MonitoredIo::new(stream, address);
        let (sender, mut connection) = settings(windows).handshake(stream).await?;
        let max_header_list_size = activity.wait_for_settings(&mut connection).await?;
        let pings = connection.ping_pong();
        let handle = H2Connection::new(sender, max_header_list_size, peer, activity.clone());
        Ok((handle, Self { connection, pings, activity }))
    }

    /// Drives a connection of a pool until it ends.
    pub(crate) async fn run(
        mut self,
        pool: WeakStreamPool<H2Connection>,
        id: u64,
        policy: PingPolicy,
        idle_timeout: Duration,
    ) -> ConnectionEnd {
        let pings = self.pings.take();
        let silence = async {
            match pings {
                Some(pings) => watch_silence(pings, &self.activity, policy, || pool.is_used(id)).await,
                None => pending().await,
            }
        };
        tokio::select! {
            biased;
            end = drive(&mut self.connection, &self.activity, &pool) => end,
            () = silence => ConnectionEnd::Silent,
            () = close_when_idle(&pool, id, idle_timeout) => ConnectionEnd::Closed,
        }
    }
}

fn settings(windows: Windows) -> Builder {
    let mut settings = Builder::new();
    settings
        .initial_max_send_streams(INITIAL_MAX_STREAMS)
        .initial_window_size(windows.stream)
        .initial_connection_window_size(windows.connection)
        .max_header_list_size(MAX_HEADER_LIST_SIZE)
        .data_frame_budget(DATA_FRAME_BUDGET)
        .max_concurrent_reset_streams(MAX_RESET_STREAMS)
        .max_local_error_reset_streams(None)
        .enable_push(false);
    settings
}

/// Drives a connection, compacts responses that are not read, and offers calls that wait the streams of a raised limit.
async fn drive(
    connection: &mut Connection<MonitoredIo, Bytes>,
    activity: &PeerActivity,
    pool: &WeakStreamPool<H2Connection>,
) -> ConnectionEnd {
    let waiting = pool.upgrade().map(|pool| pool.waiting());
    poll_fn(|cx| {
        let ended = Pin::new(&mut *connection).poll(cx);
        activity.unread().compact();
        if ended.is_pending() && waiting.as_ref().is_some_and(|waiting| waiting.load(Relaxed) > 0) {
            pool.upgrade().inspect(|pool| pool.serve_waiting());
        }
        ended.map(|ended| {
            tracing::debug!(?ended, "connection closed");
            classify(&ended)
        })
    })
    .await
}

fn classify(ended: &Result<(), h2::Error>) -> ConnectionEnd {
    match ended {
        Err(error) if error.is_go_away() && error.is_remote() && error.reason() == Some(Reason::ENHANCE_YOUR_CALM) => {
            ConnectionEnd::TooManyPings
        }
        _ => ConnectionEnd::Closed,
    }
}

/// Removes a connection from its pool when no call has used it for this time, and lets it end by itself.
async fn close_when_idle(pool: &WeakStreamPool<H2Connection>, id: u64, timeout: Duration) {
    let mut wait = timeout;
    loop {
        time::sleep(wait).await;
        match pool.remove_idle(id, timeout) {
            Some(remaining) => wait = remaining,
            None => return pending().await,
        }
    }
}
