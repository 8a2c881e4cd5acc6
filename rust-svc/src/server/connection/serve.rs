//! One connection, from its handshake to its end.

use std::{pin::pin, sync::Arc, time::Duration};

use futures::{StreamExt, stream::FuturesUnordered};
use http::{Response, header::UPGRADE};
use hyper::{Request, body::Incoming};
use hyper_util::{rt::TokioIo, server::conn::auto::Builder};
use tokio::{
    sync::{mpsc, watch},
    time,
};

use super::{
    super::{
        body::ChunkedBody,
        dispatch::{DispatchedBody, RequestDispatcher},
        limits::Limits,
        listen::RemotePeer,
    },
    activity::{ConnectionActivity, TrackedBody},
    io::GuardedIo,
    stream_failure::StreamFailure,
    streams::StreamExecutor,
};
use crate::{
    call::{connection_info::ConnectionGuard, shutdown::ShutdownSignal},
    error::BoxError,
    net::NetStream,
};

/// The time that a new caller has for its first request when the server stops.
const FIRST_REQUEST: Duration = Duration::from_millis(100);

/// The time without calls after which a closing connection is dropped. A call may be on its way when GOAWAY is sent.
const LATE_CALLS: Duration = Duration::from_secs(10);

/// A connection with its limits.
pub(super) struct Connection {
    pub(super) remote: RemotePeer,
    pub(super) dispatcher: Arc<RequestDispatcher>,
    pub(super) limits: Limits,
    pub(super) draining: watch::Receiver<bool>,
    pub(super) shutdown: ShutdownSignal,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<super::super::listen::ServerTls>,
}

impl Connection {
    #[cfg(not(feature = "tls"))]
    pub(super) async fn open(self, stream: NetStream, protocol: &Builder<StreamExecutor>) {
        self.serve(stream, protocol).await;
    }

    /// Serves the connection, after a TLS handshake if there are certificates.
    #[cfg(feature = "tls")]
    pub(super) async fn open(mut self, stream: NetStream, protocol: &Builder<StreamExecutor>) {
        let Some(tls) = self.tls.take() else { return self.serve(stream, protocol).await };
        let handshake = tls.accept(stream, self.dispatcher.protocols, &mut self.remote);
        let encrypted = tokio::select! {
            encrypted = time::timeout(self.limits.header_timeout, handshake) => encrypted,
            _ = self.draining.wait_for(|draining| *draining) => return,
        };
        match encrypted {
            Ok(Ok(stream)) => self.serve(stream, protocol).await,
            Ok(Err(error)) => tracing::debug!(peer = %self.remote.peer, %error, "a TLS handshake failed"),
            Err(_) => tracing::debug!(peer = %self.remote.peer, "a TLS handshake timed out"),
        }
    }

    async fn serve(self, stream: NetStream, protocol: &Builder<StreamExecutor>) {
        let (guard, mut users) = mpsc::channel(1);
        self.serve_http(stream, protocol, ConnectionGuard(guard)).await;
        // A WebSocket that took the connection over may use it until the server aborts its calls.
        users.recv().await;
    }

    async fn serve_http(mut self, stream: NetStream, protocol: &Builder<StreamExecutor>, guard: ConnectionGuard) {
        let activity = ConnectionActivity::new();
        let stream = TokioIo::new(GuardedIo::new(stream, activity.clone(), self.limits.send_timeout));
        let service = self.service(activity.clone(), guard);
        let mut connection = pin!(protocol.serve_connection_with_upgrades(stream, service));
        let closing = {
            // Its timers are polled when one of them fires, and not whenever there is something to read.
            let mut limits = FuturesUnordered::from_iter([self.limit_reached(&activity)]);
            tokio::select! {
                biased;
                served = connection.as_mut() => Err(served),
                Some(grace) = limits.next() => Ok(grace),
            }
        };
        let grace = match closing {
            Ok(grace) => grace,
            Err(served) => return self.log_end(served),
        };
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            served = connection => self.log_end(served),
            () = grace.elapsed(&activity) => (),
        }
    }

    /// Completes when the connection must close, with the time that its calls have left.
    async fn limit_reached(&mut self, activity: &ConnectionActivity) -> CloseGrace {
        tokio::select! {
            () = activity.no_request(self.limits.header_timeout) => CloseGrace::Within(Duration::ZERO),
            () = activity.head_timeout(self.limits.header_timeout) => CloseGrace::Within(Duration::ZERO),
            () = activity.idle(self.limits.max_idle) => CloseGrace::UntilIdle,
            () = time::sleep(self.limits.age()) => CloseGrace::Within(self.limits.max_age_grace),
            () = drains(&mut self.draining, activity) => CloseGrace::Within(Duration::MAX),
        }
    }

    fn service(
        &self,
        activity: Arc<ConnectionActivity>,
        guard: ConnectionGuard,
    ) -> impl hyper::service::Service<
        Request<Incoming>,
        Response = Response<TrackedBody<ChunkedBody<DispatchedBody>>>,
        Error = BoxError,
        Future: Send,
    > + use<> {
        let (dispatcher, remote, shutdown) = (self.dispatcher.clone(), self.remote.clone(), self.shutdown.clone());
        hyper::service::service_fn(move |mut request: Request<Incoming>| {
            if request.headers().contains_key(UPGRADE) {
                request.extensions_mut().insert(guard.clone());
            }
            let call = activity.begin_call();
            let response = dispatcher.respond(request, &remote, shutdown.clone(), activity.max_header_list_size());
            async move {
                let mut response = response.await?;
                if let Some(failure) = response.extensions_mut().remove::<StreamFailure>() {
                    return Err(failure.into_error());
                }
                Ok(response.map(|body| TrackedBody { body: ChunkedBody::new(body), call }))
            }
        })
    }

    fn log_end(&self, served: Result<(), BoxError>) {
        if let Err(error) = served {
            tracing::debug!(peer = %self.remote.peer, error, "a connection failed");
        }
    }
}

/// Completes when the server drains, and a new caller has had the time for its first request.
async fn drains(draining: &mut watch::Receiver<bool>, activity: &ConnectionActivity) {
    // An error means that the server is gone, and its connections with it.
    let _ = draining.wait_for(|draining| *draining).await;
    activity.first_request(FIRST_REQUEST).await;
}

/// The time that the calls of a closing connection have.
enum CloseGrace {
    Within(Duration),
    /// As long as there are calls, and a while after.
    UntilIdle,
}

impl CloseGrace {
    async fn elapsed(self, activity: &ConnectionActivity) {
        match self {
            Self::Within(limit) => time::sleep(limit).await,
            Self::UntilIdle => activity.idle(LATE_CALLS).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_closing_connection_waits_for_late_calls() {
        let activity = ConnectionActivity::new();
        let call = activity.begin_call();
        let elapsed = |limit: Duration| time::timeout(limit, CloseGrace::UntilIdle.elapsed(&activity));
        assert!(elapsed(LATE_CALLS * 100).await.is_err(), "a call is in progress");
        drop(call);
        assert!(elapsed(LATE_CALLS * 2).await.is_ok());
    }
}
