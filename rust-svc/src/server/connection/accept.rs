//! Accepting connections, and closing them when the server stops.

use std::{
    convert::Infallible,
    future::poll_fn,
    io,
    task::{Context, Poll},
    time::Duration,
};

use futures::FutureExt;
use hyper_util::server::conn::auto::Builder;
use tokio::{sync::watch, task::JoinSet, time};

use super::{
    super::{
        limits::Limits,
        listen::{AcceptedStream, Listener},
    },
    serve::Connection,
    streams::StreamExecutor,
};
use crate::call::shutdown::ShutdownSignal;

/// The pause after a connection could not be accepted for want of a resource, such as file descriptors.
const RETRY_PAUSE: Duration = Duration::from_millis(100);

/// The open connections of a server.
pub(crate) struct Connections {
    limits: Limits,
    protocol: Builder<StreamExecutor>,
    open: JoinSet<()>,
    draining: watch::Sender<bool>,
    shutdown: watch::Sender<bool>,
    /// The listener that is polled first, so that a busy one does not starve the others.
    first: usize,
}

impl Connections {
    pub(crate) fn new(limits: Limits) -> Self {
        let (open, protocol) = (JoinSet::new(), limits.protocol());
        let (draining, shutdown) = (watch::Sender::new(false), watch::Sender::new(false));
        Self { limits, protocol, open, draining, shutdown, first: 0 }
    }

    /// Accepts and serves connections, whatever happens to one of them.
    pub(crate) async fn accept(&mut self, listeners: &[Listener]) -> Infallible {
        loop {
            self.first = (self.first + 1) % listeners.len();
            tokio::select! {
                (accepted, listener) = next(listeners, self.first, &self.draining) => match accepted {
                    Ok(accepted) => self.admit(accepted, listener),
                    Err(error) => recover(&error).await,
                },
                Some(_) = self.open.join_next() => (),
            }
        }
    }

    /// Accepts the connections that were made before the server stopped.
    pub(crate) fn accept_waiting(&mut self, listeners: &[Listener]) {
        while let Some((Ok(accepted), listener)) = next(listeners, self.first, &self.draining).now_or_never() {
            self.admit(accepted, listener);
        }
    }

    /// Closes each connection once its calls have ended, and waits for all.
    pub(crate) async fn drain(&mut self) {
        self.draining.send_replace(true);
        while self.open.join_next().await.is_some() {}
    }

    /// Ends all calls with `UNAVAILABLE`, and waits until their callers have received it.
    pub(crate) async fn end_calls(&mut self) {
        self.shutdown.send_replace(true);
        self.drain().await;
    }

    /// Drops all connections and their calls.
    pub(crate) async fn abort(mut self) {
        self.open.shutdown().await;
    }

    fn admit(&mut self, accepted: AcceptedStream, listener: &Listener) {
        if self.open.len() >= self.limits.max_connections {
            tracing::warn!(peer = %accepted.remote.peer, open = self.open.len(), "too many connections; one is closed");
            return;
        }
        let AcceptedStream { stream, remote } = accepted;
        let protocol = self.protocol.clone();
        let connection = Connection {
            remote,
            dispatcher: listener.dispatcher.clone(),
            limits: self.limits,
            draining: self.draining.subscribe(),
            shutdown: ShutdownSignal::new(self.shutdown.subscribe()),
            #[cfg(feature = "tls")]
            tls: listener.tls.clone(),
        };
        self.open.spawn(async move { connection.open(stream, &protocol).await });
    }
}

/// Returns the next connection of any listener.
async fn next<'a>(
    listeners: &'a [Listener],
    first: usize,
    draining: &watch::Sender<bool>,
) -> (io::Result<AcceptedStream>, &'a Listener) {
    let (before, after) = listeners.split_at(first);
    let poll = |cx: &mut Context<'_>| {
        for listener in after.iter().chain(before) {
            if let Poll::Ready(accepted) = listener.poll_accept(cx, draining) {
                return Poll::Ready((accepted, listener));
            }
        }
        Poll::Pending
    };
    poll_fn(poll).await
}

async fn recover(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "cannot accept connections; trying again");
    time::sleep(RETRY_PAUSE).await;
}
