//! One server address, which is connected to on demand.

use std::{
    io,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::Response;
use tokio::{
    sync::{Notify, watch},
    time::{self, Instant},
};

use super::{
    address::ServerOrigin, connect_backoff::ConnectBackoff, connection::H2Connection, connector::Connector,
    error::Unreachable, incoming_body::IncomingBody, request::OutgoingRequest,
};
use crate::error::BoxError;

/// A server at one address. It connects at the first call, and again after the connection broke.
pub(crate) struct Channel {
    connector: Connector,
    origin: ServerOrigin,
    connect_timeout: Duration,
    keep_alive: Option<Duration>,
    latest: Mutex<ConnectAttempt>,
    /// Wakes tasks that wait for the end of a backoff when a call connects earlier.
    attempts: Notify,
}

/// The last attempt to connect.
struct ConnectAttempt {
    result: ConnectResult,
    /// Whether the attempt before it failed.
    is_retry: bool,
}

/// The result of an attempt to connect, once there is one. All calls that wait for it receive the same.
type ConnectResult = watch::Receiver<Option<Result<H2Connection, ConnectFailure>>>;

/// A failed attempt to connect.
#[derive(Clone, Debug)]
struct ConnectFailure {
    error: Unreachable,
    backoff: ConnectBackoff,
}

/// The connectivity of a channel, in gRPC's terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectivityState {
    /// A connection accepts calls.
    Ready,
    /// The first connection, or the one after a lost connection, is being made.
    Connecting,
    /// A connection is being made after a failure. gRPC counts this as transient failure.
    Reconnecting,
    /// The last attempt failed, and its backoff has not passed.
    TransientFailure,
}

impl Channel {
    /// Creates a channel that does not connect yet.
    pub(crate) fn new(
        connector: Connector,
        origin: ServerOrigin,
        connect_timeout: Duration,
        keep_alive: Option<Duration>,
    ) -> Self {
        // The sender is gone, as that of an attempt that was abandoned.
        let latest = Mutex::new(ConnectAttempt { result: watch::channel(None).1, is_retry: false });
        Self { connector, origin, connect_timeout, keep_alive, latest, attempts: Notify::new() }
    }

    pub(super) async fn send(&self, request: &impl OutgoingRequest) -> Result<Response<IncomingBody>, BoxError> {
        let connection = self.connection().await?;
        let slot = connection.reserve().await?;
        // Waiting may have used some of the time that the head reports.
        let response = connection.send(slot, request.head(Some(&self.origin), Instant::now()), request.body())?;
        request.sent();
        Ok(response.await?)
    }

    async fn connection(&self) -> Result<H2Connection, Unreachable> {
        let mut result = self.connect();
        let connected = result.wait_for(Option::is_some).await.ok().and_then(|connected| connected.clone());
        let abandoned = || Err(Unreachable::new(io::Error::from(io::ErrorKind::NotConnected)));
        connected.map_or_else(abandoned, |connected| connected.map_err(|failure| failure.error))
    }

    /// Returns the current state. A channel that is idle, or whose backoff has passed, starts to connect.
    pub(super) fn poll_state(&self, now: Instant) -> ConnectivityState {
        let mut latest = self.latest();
        let state = latest.state(now);
        state.unwrap_or_else(|| {
            *latest = self.start(latest.backoff());
            latest.pending_state()
        })
    }

    /// Connects despite the backoff, unless an attempt failed just now.
    pub(super) fn force_connect(&self) {
        self.connect();
    }

    /// Returns whether the last attempt failed, and its backoff has not passed.
    pub(super) fn is_backing_off(&self) -> bool {
        self.latest().state(Instant::now()) == Some(ConnectivityState::TransientFailure)
    }

    /// Returns the error of the last attempt to connect, if it failed.
    pub(super) fn failure(&self) -> Option<Unreachable> {
        let latest = self.latest();
        let result = latest.result.borrow();
        result.as_ref()?.as_ref().err().map(|failure| failure.error.clone())
    }

    /// Completes when the state changes or the backoff has passed.
    pub(super) async fn changed(&self) {
        // An attempt that starts from now on is noticed, before the state is read.
        let attempt = self.attempts.notified();
        let (mut result, backoff) = {
            let latest = self.latest();
            (latest.result.clone(), latest.backoff().until)
        };
        if let Some(until) = backoff {
            let _ = time::timeout_at(until, attempt).await;
            return;
        }
        // An error means that the attempt was abandoned.
        let _ = result.wait_for(Option::is_some).await;
    }

    /// Returns the connection that is open or pending, or that failed just now, or else a new one.
    fn connect(&self) -> ConnectResult {
        let mut latest = self.latest();
        if !latest.is_usable() {
            *latest = self.start(latest.backoff());
        }
        latest.result.clone()
    }

    fn latest(&self) -> MutexGuard<'_, ConnectAttempt> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts to connect. The attempt goes on when its callers give up, because other calls will need it.
    fn start(&self, backoff: ConnectBackoff) -> ConnectAttempt {
        let (connected, result) = watch::channel(None);
        let (connector, keep_alive, timeout) = (self.connector.clone(), self.keep_alive, self.connect_timeout);
        tokio::spawn(async move {
            let open = async { H2Connection::open(connector.connect().await?, keep_alive).await };
            let opened = time::timeout(timeout, open).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
            let failure =
                |error| ConnectFailure { error: Unreachable::new(error), backoff: backoff.next(Instant::now()) };
            connected.send_replace(Some(opened.map_err(failure)));
        });
        self.attempts.notify_waiters();
        ConnectAttempt { result, is_retry: backoff.until.is_some() }
    }
}

impl ConnectAttempt {
    /// Returns the state, or `None` if it is time to connect.
    fn state(&self, now: Instant) -> Option<ConnectivityState> {
        match &*self.result.borrow() {
            None => self.is_pending().then(|| self.pending_state()),
            Some(Ok(connection)) => connection.is_open().then_some(ConnectivityState::Ready),
            Some(Err(failure)) => {
                let is_backing_off = failure.backoff.until.is_some_and(|until| until > now);
                is_backing_off.then_some(ConnectivityState::TransientFailure)
            }
        }
    }

    fn pending_state(&self) -> ConnectivityState {
        if self.is_retry { ConnectivityState::Reconnecting } else { ConnectivityState::Connecting }
    }

    fn is_pending(&self) -> bool {
        self.result.has_changed().is_ok()
    }

    fn is_usable(&self) -> bool {
        match &*self.result.borrow() {
            None => self.is_pending(),
            Some(Ok(connection)) => connection.is_open(),
            Some(Err(failure)) => failure.backoff.is_throttled(Instant::now()),
        }
    }

    fn backoff(&self) -> ConnectBackoff {
        match &*self.result.borrow() {
            Some(Err(failure)) => failure.backoff,
            _ => ConnectBackoff::default(),
        }
    }
}
