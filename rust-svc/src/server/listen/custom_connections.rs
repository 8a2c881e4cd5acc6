//! Connections that the program accepts itself.

use std::{
    fmt, io,
    sync::{Mutex, PoisonError},
    task::{Context, Poll},
};

use crate::{
    Peer,
    net::{ByteStream, CustomStream, NetStream},
};
use futures::{Stream, StreamExt, TryStreamExt, stream, stream::BoxStream};

/// Connections that the program accepts itself, each with its remote end.
pub(crate) struct CustomConnections(Mutex<BoxStream<'static, io::Result<(NetStream, Peer)>>>);

impl CustomConnections {
    pub(crate) fn new<S, P>(connections: impl Stream<Item = io::Result<(S, P)>> + Send + 'static) -> Self
    where
        S: ByteStream,
        P: Into<Peer> + Send + 'static,
    {
        let connections =
            connections.map_ok(|(stream, peer)| (NetStream::Custom(CustomStream(Box::new(stream))), peer.into()));
        // After the last connection, those that are open are served.
        Self(Mutex::new(connections.chain(stream::pending()).boxed()))
    }

    pub(super) fn poll_accept(&self, cx: &mut Context<'_>) -> Poll<io::Result<(NetStream, Peer)>> {
        let mut connections = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        connections.poll_next_unpin(cx).map(|next| next.unwrap_or_else(|| Err(io::ErrorKind::UnexpectedEof.into())))
    }
}

impl fmt::Debug for CustomConnections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustomConnections")
    }
}
