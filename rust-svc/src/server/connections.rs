//! The open connections of a server.

use std::{convert::Infallible, io, net::SocketAddr, pin::pin, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
    time,
};

use super::{Front, Limits};

/// How long to wait when a connection cannot be accepted for want of something, such as file descriptors.
const WANT: Duration = Duration::from_millis(100);

pub(super) struct Connections {
    front: Front,
    limits: Limits,
    protocol: Builder<TokioExecutor>,
    open: JoinSet<()>,
    draining: watch::Sender<bool>,
}

impl Connections {
    pub(super) fn new(front: Front, limits: Limits) -> Self {
        Self { front, limits, protocol: limits.protocol(), open: JoinSet::new(), draining: watch::Sender::new(false) }
    }

    /// Accepts and serves connections. Nothing that goes wrong with one ends it.
    pub(super) async fn accept(&mut self, listener: &TcpListener) -> Infallible {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((connection, peer)) => self.serve(connection, peer),
                    Err(error) => recover(&error).await,
                },
                Some(_) = self.open.join_next() => (),
            }
        }
    }

    /// Tells all connections to go away once their calls have ended, and waits for it.
    pub(super) async fn drain(&mut self) {
        self.draining.send_replace(true);
        while self.open.join_next().await.is_some() {}
    }

    /// Drops all connections and their calls.
    pub(super) async fn cut(mut self) {
        self.open.shutdown().await;
    }

    fn serve(&mut self, stream: TcpStream, peer: SocketAddr) {
        let (protocol, front, timeout) = (self.protocol.clone(), self.front.clone(), self.limits.header_timeout);
        let mut draining = self.draining.subscribe();
        self.open.spawn(async move {
            let spoke = tokio::select! {
                spoke = speaks(&stream, timeout) => spoke,
                () = told(&mut draining) => false,
            };
            if spoke {
                converse(stream, peer, &protocol, front, draining).await;
            }
        });
    }
}

/// Waits for the first byte: which protocol a connection speaks is not known before, and a caller that says nothing
/// must not hold it for ever.
async fn speaks(stream: &TcpStream, timeout: Duration) -> bool {
    let first = time::timeout(timeout, stream.peek(&mut [0])).await;
    matches!(first, Ok(Ok(1)))
}

async fn told(draining: &mut watch::Receiver<bool>) {
    // An error says that the server is gone, and its connections with it.
    let _ = draining.wait_for(|draining| *draining).await;
}

async fn converse(
    stream: TcpStream,
    peer: SocketAddr,
    protocol: &Builder<TokioExecutor>,
    front: Front,
    mut draining: watch::Receiver<bool>,
) {
    // Small messages must not wait for more. A connection that is gone already needs no such thing.
    let _ = stream.set_nodelay(true);
    let service = hyper::service::service_fn(move |request| front.answer(request, peer));
    let mut connection = pin!(protocol.serve_connection_with_upgrades(TokioIo::new(stream), service));
    let served = tokio::select! {
        served = connection.as_mut() => served,
        () = told(&mut draining) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = served {
        tracing::debug!(%peer, error, "a connection broke off");
    }
}

async fn recover(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "cannot accept connections; trying again");
    time::sleep(WANT).await;
}
