//! A connection and the requests on it.

use std::{
    net::SocketAddr,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
};

use bytes::Bytes;
use h2::{
    RecvStream, SendStream,
    client::{ResponseFuture, SendRequest},
};
use http::{Request, Response};

use super::{
    super::{
        address::EndpointAddress,
        error::{HeadersTooLarge, Unsent},
        request::OutgoingBody,
    },
    monitored_io::PeerActivity,
    settings::accepts_headers,
    stream_pool::{Multiplexed, StreamSlot},
    upload::Upload,
};
use crate::error::BoxError;

/// A handle to a connection. It stays open until it breaks, or all handles are dropped and its calls have ended.
#[derive(Clone)]
pub(crate) struct H2Connection {
    sender: SendRequest<Bytes>,
    /// The largest headers that the server accepts.
    max_header_list_size: u32,
    peer: Option<SocketAddr>,
    activity: PeerActivity,
}

/// The body of a response that arrives over a connection.
pub(crate) struct RemoteBody {
    pub(crate) stream: RecvStream,
    pub(crate) active: ActiveStream,
}

/// A stream in progress. It suspects the server if it is dropped early while the server is silent.
pub(crate) struct ActiveStream {
    activity: PeerActivity,
    /// The reads of the connection when the stream last received something; `None` after its end.
    reads: Option<usize>,
    _slot: StreamSlot<H2Connection>,
}

impl H2Connection {
    pub(super) fn new(
        sender: SendRequest<Bytes>,
        max_header_list_size: u32,
        peer: Option<SocketAddr>,
        activity: PeerActivity,
    ) -> Self {
        Self { sender, max_header_list_size, peer, activity }
    }

    /// Returns the address of its endpoint.
    pub(crate) fn address(&self) -> &EndpointAddress {
        self.activity.address()
    }

    /// Returns the server's address of IP, if it has one.
    pub(crate) fn peer(&self) -> Option<SocketAddr> {
        self.peer
    }

    /// Returns the activity of its server.
    pub(crate) fn activity(&self) -> &PeerActivity {
        &self.activity
    }

    /// Sends a request and returns the beginning of the response. Dropping the future or the response cancels the request.
    pub(crate) fn send(
        mut self,
        slot: StreamSlot<Self>,
        head: Request<()>,
        body: OutgoingBody,
    ) -> Result<PendingResponse, BoxError> {
        if !accepts_headers(self.max_header_list_size, &head) {
            return Err(HeadersTooLarge(self.max_header_list_size).into());
        }
        let (response, stream) = self.sender.send_request(head, false).map_err(Unsent)?;
        match body {
            OutgoingBody::Complete(bytes) => send_all(stream, bytes),
            OutgoingBody::Stream(messages) => drop(tokio::spawn(Upload::new(stream, messages))),
        }
        let reads = Some(self.activity.reads());
        let active = Some(ActiveStream { activity: self.activity, reads, _slot: slot });
        Ok(PendingResponse { response, active })
    }
}

impl Multiplexed for H2Connection {
    fn handle(&self) -> Option<Self> {
        let mut handle = self.clone();
        let ready = handle.sender.poll_ready(&mut Context::from_waker(Waker::noop()));
        (!matches!(ready, Poll::Ready(Err(_)))).then_some(handle)
    }

    fn max_streams(&self) -> usize {
        self.sender.current_max_send_streams()
    }
}

impl ActiveStream {
    /// Records that a part of the response arrived.
    pub(crate) fn receive(&mut self) {
        self.reads = Some(self.activity.reads());
    }

    fn begin(&mut self) {
        self.activity.respond();
        self.receive();
    }

    /// Records that the response ended.
    pub(crate) fn end(&mut self) {
        self.reads = None;
    }
}

impl Drop for ActiveStream {
    fn drop(&mut self) {
        if self.reads == Some(self.activity.reads()) {
            self.activity.suspect();
        }
    }
}

/// Sends a complete body. An error is dropped, because the response of the stream explains more.
fn send_all(mut stream: SendStream<Bytes>, bytes: Bytes) {
    drop(stream.send_data(bytes, true));
}

/// A response whose headers have not arrived. Its stream is dropped, and so reset, before its slot is passed on.
pub(crate) struct PendingResponse {
    response: ResponseFuture,
    /// `None` after the headers have arrived.
    active: Option<ActiveStream>,
}

impl Future for PendingResponse {
    type Output = Result<Response<RemoteBody>, h2::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let response = ready!(Pin::new(&mut self.response).poll(cx));
        let Some(mut active) = self.active.take() else { return Poll::Pending };
        active.end();
        Poll::Ready(response.map(|response| {
            active.begin();
            response.map(|stream| RemoteBody { stream, active })
        }))
    }
}
