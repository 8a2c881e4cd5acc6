//! The connections of a server without sockets.

use std::{
    io,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use futures::{Stream, channel::mpsc};
use tokio::io::{DuplexStream, duplex};

use crate::Peer;

/// The bytes that one side may send before the other reads.
const BUFFER: usize = 64 * 1024;

/// Opens connections to a server in memory.
#[derive(Debug)]
pub(super) struct ConnectionOpener {
    sender: mpsc::UnboundedSender<(DuplexStream, Peer)>,
    opened: AtomicUsize,
    refuses: AtomicBool,
}

impl ConnectionOpener {
    /// Creates an opener, and the connections as the server accepts them.
    pub(super) fn new() -> (Self, impl Stream<Item = (DuplexStream, Peer)> + Send + 'static) {
        let (sender, connections) = mpsc::unbounded();
        let (opened, refuses) = (AtomicUsize::new(0), AtomicBool::new(false));
        (Self { sender, opened, refuses }, connections)
    }

    /// Opens a connection. Fails if they are refused, or if the server has stopped.
    pub(super) fn open(&self) -> io::Result<DuplexStream> {
        let refused = || io::Error::from(io::ErrorKind::ConnectionRefused);
        if self.refuses.load(Ordering::Acquire) {
            return Err(refused());
        }
        let (client, server) = duplex(BUFFER);
        let number = self.opened.fetch_add(1, Ordering::Relaxed) + 1;
        let peer = Peer::new(format!("in-memory-{number}"));
        self.sender.unbounded_send((server, peer)).map_err(|_| refused())?;
        Ok(client)
    }

    pub(super) fn refuse(&self, refuses: bool) {
        self.refuses.store(refuses, Ordering::Release);
    }

    /// Returns the number of connections so far.
    pub(super) fn opened(&self) -> usize {
        self.opened.load(Ordering::Relaxed)
    }
}
