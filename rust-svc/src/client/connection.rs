//! One connection of HTTP/2.

use std::{
    error::Error as StdError,
    fmt,
    pin::pin,
    sync::{Arc, Weak},
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use futures::future::OptionFuture;
use h2::{
    Ping, PingPong, SendStream,
    client::{Builder, ResponseFuture, SendRequest},
};
use http::{Request, Response};
use tokio::time;

use super::{
    heard::{Heard, Speaks},
    incoming::Incoming,
    normalise::BoxError,
    requests::Requests,
    settings::holds,
    upload::Upload,
};
use crate::net::Stream;

/// How much of one answer a server may send before it is read.
const STREAM_WINDOW: u32 = 2 * 1024 * 1024;

/// The same of all answers together, as much as HTTP/2 allows: those that nobody reads must not keep back the others.
const CONNECTION_WINDOW: u32 = (1 << 31) - 1;

/// What answers in small pieces cost besides their bytes is bounded by the window of each, as grpc-go has it; h2 would end
/// the connection, and all calls on it.
const SMALL_PIECES: usize = usize::MAX / 2;

/// How many calls that were given up are remembered: h2 ends the connection for what still comes of others.
const GIVEN_UP: usize = 10_000;

/// How large the headers of an answer may be, and its trailers, in bytes.
const MAX_HEADERS: u32 = 64 * 1024;

/// How many calls may be under way before the server has said how many it takes (RFC 9113, section 6.5.2).
const FIRST_CALLS: usize = 100;

/// How long the server has to answer to a question for a sign of life.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// A connection; it stays until all clones of it are dropped and the calls on it have ended, or until it breaks.
#[derive(Clone)]
pub(crate) struct Connection {
    sender: SendRequest<Bytes>,
    /// How large the headers of a request may be.
    room: u32,
    /// Held by each call that is under way, if anybody asks for that.
    calls: Weak<()>,
}

/// A request that the connection does not take any more.
#[derive(Debug)]
pub(crate) struct Unsent(h2::Error);

/// Headers of a request that are larger than its server takes, which might end the connection and all of its calls.
#[derive(Debug)]
pub(crate) struct TooLarge(u32);

impl Connection {
    /// Speaks HTTP/2 over a stream of bytes, once the server does; asks for a sign of life this often while calls are under
    /// way.
    pub(crate) async fn open(stream: Stream, keep_alive: Option<Duration>) -> Result<Self, BoxError> {
        let (stream, speaks) = Heard::new(stream);
        let (sender, mut connection) = settings().handshake(stream).await?;
        let room = speaks.on(&mut connection).await?;
        let calls = keep_alive.map(|_| Arc::new(()));
        let weak = calls.as_ref().map(Arc::downgrade).unwrap_or_default();
        let life = keep_alive.zip(calls).zip(connection.ping_pong());
        let silence =
            OptionFuture::from(life.map(|((interval, calls), pings)| silence(pings, speaks, interval, calls)));
        tokio::spawn(async move {
            tokio::select! {
                biased;
                ended = connection => tracing::debug!(?ended, "a connection is over"),
                Some(()) = silence => tracing::debug!("a server gives no sign of life"),
            }
        });
        Ok(Self { sender, room, calls: weak })
    }

    /// True if it takes requests, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        !matches!(self.sender.clone().poll_ready(&mut context), Poll::Ready(Err(_)))
    }

    /// Sends a request and gives the beginning of its answer. Dropping the future or the answer cancels the request.
    pub(crate) fn send(
        mut self,
        head: Request<()>,
        requests: &Requests,
    ) -> Result<impl Future<Output = Result<Response<Incoming>, h2::Error>> + Send + use<>, BoxError> {
        if !holds(self.room, &head) {
            return Err(TooLarge(self.room).into());
        }
        let (response, stream) = self.sender.send_request(head, false).map_err(Unsent)?;
        match requests {
            Requests::One { bytes, .. } => send_all(stream, bytes.clone()),
            Requests::Many { source, .. } => drop(tokio::spawn(Upload::new(stream, source.outgoing()))),
        }
        Ok(answer(response, self.calls.upgrade()))
    }
}

/// The settings of the connection, and what a server may do to it.
fn settings() -> Builder {
    let mut settings = Builder::new();
    settings
        .initial_max_send_streams(FIRST_CALLS)
        .initial_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_header_list_size(MAX_HEADERS)
        .data_frame_budget(SMALL_PIECES)
        .max_concurrent_reset_streams(GIVEN_UP)
        .max_local_error_reset_streams(None)
        .enable_push(false);
    settings
}

/// The answer of a stream that ended before all was sent tells more than this would.
fn send_all(mut stream: SendStream<Bytes>, bytes: Bytes) {
    drop(stream.send_data(bytes, true));
}

async fn answer(response: ResponseFuture, call: Option<Arc<()>>) -> Result<Response<Incoming>, h2::Error> {
    let response = response.await?;
    Ok(response.map(|stream| Incoming::Remote { stream, _call: call }))
}

/// Returns when the server gives no sign of life while a call is under way.
async fn silence(mut pings: PingPong, speaks: Speaks, interval: Duration, calls: Arc<()>) {
    loop {
        time::sleep(interval).await;
        if Arc::strong_count(&calls) > 1 && !lives(&mut pings, &speaks).await {
            return;
        }
    }
}

/// Whether the server answers, or says anything else meanwhile: on a slow way the answer waits behind that.
async fn lives(pings: &mut PingPong, speaks: &Speaks) -> bool {
    let mut pong = pin!(pings.ping(Ping::opaque()));
    loop {
        let before = speaks.times();
        match time::timeout(KEEP_ALIVE_TIMEOUT, pong.as_mut()).await {
            Ok(pong) => return pong.is_ok(),
            Err(_) if speaks.times() == before => return false,
            Err(_) => (),
        }
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection takes no request")
    }
}

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the headers of the request are larger than the {} bytes that the server takes", self.0)
    }
}

impl StdError for TooLarge {}

impl StdError for Unsent {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}
