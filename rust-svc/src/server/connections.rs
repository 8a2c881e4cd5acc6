//! The open connections of a server.

use std::{convert::Infallible, future::poll_fn, io, pin::pin, sync::Arc, task::Poll, time::Duration};

use futures::{FutureExt, StreamExt, stream::FuturesUnordered};
use hyper::{Request, body::Incoming};
use hyper_util::{rt::TokioIo, server::conn::auto::Builder};
use tokio::{sync::watch, task::JoinSet, time};

use super::{
    Front, Limits,
    activity::{Activity, During},
    listener::{Accepted, Listener, Remote},
    stalled::{Pieces, Streams},
    watched::Watched,
};
use crate::{call::shutdown::ShutdownSignal, net::Stream};

/// How long to wait when a connection cannot be accepted for want of something, such as file descriptors.
const WANT: Duration = Duration::from_millis(100);

/// How long a caller that has just connected may take to say what it wants when the server stops.
const BEGINNING: Duration = Duration::from_millis(100);

/// How long a connection without calls may take to go away: one may have been on its way when it was told to.
const PARTING: Duration = Duration::from_secs(10);

/// How long a connection may take to go away.
enum Rest {
    Within(Duration),
    /// As long as there are calls, and a while after.
    OnceIdle,
}

impl Rest {
    async fn over(self, activity: &Activity) {
        match self {
            Self::Within(limit) => time::sleep(limit).await,
            Self::OnceIdle => activity.idle(PARTING).await,
        }
    }
}

pub(super) struct Connections {
    limits: Limits,
    protocol: Builder<Streams>,
    open: JoinSet<()>,
    draining: watch::Sender<bool>,
    ending: watch::Sender<bool>,
    /// Which listener is asked first, so that a busy one does not keep the others waiting.
    first: usize,
}

impl Connections {
    pub(super) fn new(limits: Limits) -> Self {
        let (open, protocol) = (JoinSet::new(), limits.protocol());
        let (draining, ending) = (watch::Sender::new(false), watch::Sender::new(false));
        Self { limits, protocol, open, draining, ending, first: 0 }
    }

    /// Accepts and serves connections. Nothing that goes wrong with one ends it.
    pub(super) async fn accept(&mut self, listeners: &[Listener]) -> Infallible {
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

    /// Accepts those who connected before the server stopped.
    pub(super) fn accept_waiting(&mut self, listeners: &[Listener]) {
        while let Some((Ok(accepted), listener)) = next(listeners, self.first, &self.draining).now_or_never() {
            self.admit(accepted, listener);
        }
    }

    /// Tells all connections to go away once their calls have ended, and waits for it.
    pub(super) async fn drain(&mut self) {
        self.draining.send_replace(true);
        while self.open.join_next().await.is_some() {}
    }

    /// Tells the callers of all calls that the server is gone, and waits until they were told.
    pub(super) async fn end(&mut self) {
        self.ending.send_replace(true);
        self.drain().await;
    }

    /// Drops all connections and their calls.
    pub(super) async fn cut(mut self) {
        self.open.shutdown().await;
    }

    fn admit(&mut self, accepted: Accepted, listener: &Listener) {
        if self.open.len() >= self.limits.max_connections {
            tracing::warn!(peer = %accepted.remote.peer, open = self.open.len(), "too many connections; one is closed");
            return;
        }
        let Accepted { stream, remote } = accepted;
        let protocol = self.protocol.clone();
        let connection = Connection {
            remote,
            front: listener.front.clone(),
            limits: self.limits,
            draining: self.draining.subscribe(),
            ending: ShutdownSignal::new(self.ending.subscribe()),
            #[cfg(feature = "tls")]
            tls: listener.tls.clone(),
        };
        self.open.spawn(async move { connection.open(stream, &protocol).await });
    }
}

/// The next connection of any listener, and what answers there.
async fn next<'a>(
    listeners: &'a [Listener],
    first: usize,
    draining: &watch::Sender<bool>,
) -> (io::Result<Accepted>, &'a Listener) {
    let (before, after) = listeners.split_at(first);
    let poll = |cx: &mut std::task::Context<'_>| {
        for listener in after.iter().chain(before) {
            if let Poll::Ready(accepted) = listener.poll_accept(cx, draining) {
                return Poll::Ready((accepted, listener));
            }
        }
        Poll::Pending
    };
    poll_fn(poll).await
}

/// A connection, and all that bounds it.
struct Connection {
    remote: Remote,
    front: Arc<Front>,
    limits: Limits,
    draining: watch::Receiver<bool>,
    ending: ShutdownSignal,
    #[cfg(feature = "tls")]
    tls: Option<super::ServerTls>,
}

impl Connection {
    #[cfg(not(feature = "tls"))]
    async fn open(self, stream: Stream, protocol: &Builder<Streams>) {
        self.serve(stream, protocol).await;
    }

    /// Encrypts the connection first if that is asked for.
    #[cfg(feature = "tls")]
    async fn open(mut self, stream: Stream, protocol: &Builder<Streams>) {
        let Some(tls) = self.tls.take() else { return self.serve(stream, protocol).await };
        let accepted = tls.accept(stream, self.front.serves, &mut self.remote);
        let encrypted = tokio::select! {
            encrypted = time::timeout(self.limits.header_timeout, accepted) => encrypted,
            _ = self.draining.wait_for(|draining| *draining) => return,
        };
        match encrypted {
            Ok(Ok(stream)) => self.serve(stream, protocol).await,
            Ok(Err(error)) => tracing::debug!(peer = %self.remote.peer, %error, "a connection cannot be encrypted"),
            Err(_) => tracing::debug!(peer = %self.remote.peer, "a connection was not encrypted in time"),
        }
    }

    async fn serve(mut self, stream: Stream, protocol: &Builder<Streams>) {
        let activity = Activity::new();
        let stream = TokioIo::new(Watched::new(stream, activity.clone(), self.limits.send_timeout));
        let service = service(self.front.clone(), self.remote.clone(), self.ending.clone(), activity.clone());
        let mut connection = pin!(protocol.serve_connection_with_upgrades(stream, service));
        let rest = {
            // Its many timers are looked at when one of them fires, and not whenever there is something to read.
            let mut enough = FuturesUnordered::from_iter([self.has_had_enough(&activity)]);
            tokio::select! {
                biased;
                served = connection.as_mut() => Err(served),
                Some(rest) = enough.next() => Ok(rest),
            }
        };
        let rest = match rest {
            Ok(rest) => rest,
            Err(served) => return self.ended(served),
        };
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            served = connection => self.ended(served),
            () = rest.over(&activity) => (),
        }
    }

    /// Completes when the connection should go away, with how long it may take for that.
    async fn has_had_enough(&mut self, activity: &Activity) -> Rest {
        tokio::select! {
            () = activity.silent(self.limits.header_timeout) => Rest::Within(Duration::ZERO),
            () = activity.late(self.limits.header_timeout) => Rest::Within(Duration::ZERO),
            () = activity.idle(self.limits.max_idle) => Rest::OnceIdle,
            () = time::sleep(self.limits.age()) => Rest::Within(self.limits.max_age_grace),
            () = drains(&mut self.draining, activity) => Rest::Within(Duration::MAX),
        }
    }

    fn ended(&self, served: Result<(), Box<dyn std::error::Error + Send + Sync>>) {
        if let Err(error) = served {
            tracing::debug!(peer = %self.remote.peer, error, "a connection broke off");
        }
    }
}

/// Completes when the server stops, and the caller has said what it wants if it has just come.
async fn drains(draining: &mut watch::Receiver<bool>, activity: &Activity) {
    // An error says that the server is gone, and its connections with it.
    let _ = draining.wait_for(|draining| *draining).await;
    activity.heard(BEGINNING).await;
}

fn service(
    front: Arc<Front>,
    remote: Remote,
    ending: ShutdownSignal,
    activity: Arc<Activity>,
) -> impl hyper::service::Service<
    Request<Incoming>,
    Response = http::Response<During<Pieces<super::front::Body>>>,
    Error = Infallible,
    Future: Send,
> {
    hyper::service::service_fn(move |request| {
        let (call, answer) = (activity.call(), front.answer(request, &remote, ending.clone(), activity.room()));
        async move { Ok(answer.await?.map(|body| During { body: Pieces::of(body), call })) }
    })
}

async fn recover(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "cannot accept connections; trying again");
    time::sleep(WANT).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_was_on_its_way_is_not_cut() {
        let activity = Activity::new();
        let call = activity.call();
        let over = |limit: Duration| time::timeout(limit, Rest::OnceIdle.over(&activity));
        assert!(over(PARTING * 100).await.is_err(), "a call is under way");
        drop(call);
        assert!(over(PARTING * 2).await.is_ok());
    }
}
