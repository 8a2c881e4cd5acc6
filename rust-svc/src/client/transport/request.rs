//! The interface of a request that a transport sends.

use std::{
    error::Error as StdError,
    fmt,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::Frame;
use tokio::time::Instant;

use super::address::ServerOrigin;

/// A request that can be sent.
pub(crate) trait OutgoingRequest: Sync {
    /// Returns the head for a server, or for a service in this process, if it is sent now.
    fn head(&self, server: Option<&ServerOrigin>, now: Instant) -> http::Request<()>;

    /// Returns the body for one attempt.
    fn body(&self) -> OutgoingBody;

    /// Returns the size of the body, as far as it is held in memory.
    fn body_size(&self) -> usize;

    /// Returns whether the response may be read slowly.
    fn is_streamed(&self) -> bool;

    /// Returns whether the request waits while no server can be reached.
    fn waits_for_ready(&self) -> bool;

    /// Returns a hash of the metadata with this name.
    fn hash_metadata(&self, name: &str) -> Option<u64>;

    /// Ranks one of several servers, by its index. The lowest rank is preferred.
    fn rank(&self, server: usize) -> u8;

    /// Records that one of several servers was picked, which has this address.
    fn pick(&self, server: usize, address: &Arc<str>);

    /// Records that the request is on its way to the peer of a connection.
    fn sent(&self, peer: Option<SocketAddr>);
}

/// The body of a request.
pub(crate) enum OutgoingBody {
    /// All bytes.
    Complete(Bytes),
    /// A stream of encoded messages.
    Stream(Box<dyn MessageStream>),
}

/// A stream of encoded messages.
pub(crate) trait MessageStream: Send {
    /// Returns the next bytes. An error means that the stream must be reset.
    fn poll_bytes(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, StreamCut>>>;

    /// Returns whether the attempt or its call is over. Registers the task to be woken by that.
    fn poll_is_over(&mut self, cx: &mut Context<'_>) -> bool;
}

/// The error of a request stream that does not end regularly.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StreamCut;

impl fmt::Display for StreamCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the request stream was cut off")
    }
}

impl StdError for StreamCut {}

/// A stream of messages is an HTTP body for services in this process.
impl http_body::Body for Box<dyn MessageStream> {
    type Data = Bytes;
    type Error = StreamCut;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StreamCut>>> {
        self.poll_bytes(cx).map_ok(Frame::data)
    }
}
