//! One endpoint, which is connected to on demand.

use std::{
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use http::Response;
use tokio::time::{self, Instant};

use super::{
    super::{
        address::{EndpointAddress, ServerOrigin},
        body::{IncomingBody, StreamedResponse},
        connect::{ConnectBackoff, Dialer, ExpandedAddress, race},
        connection::{
            Acquired, ConnectionDriver, ConnectionEnd, H2Connection, PingPolicy, ReservedStream, StreamPool, Windows,
        },
        error::{Disconnected, Unreachable, is_closed},
        request::OutgoingRequest,
    },
    connectivity::ConnectivityState,
    signal::Signal,
};
use crate::error::BoxError;

/// The shortest interval of pings that a silent server causes. It grows when a server asks for fewer pings.
const SUSPICION_INTERVAL: Duration = Duration::from_secs(10);
const CALM_INTERVAL: Duration = Duration::from_secs(310);

/// The settings of all channels of a client.
#[derive(Clone, Debug)]
pub(crate) struct ChannelSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) keep_alive: Option<Duration>,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_connections: usize,
    pub(crate) windows: Windows,
}

/// One endpoint. It connects at the first call, and again after its connection broke.
pub(super) struct Channel {
    dialer: Dialer,
    origin: ServerOrigin,
    settings: Arc<ChannelSettings>,
    addresses: Mutex<Arc<[EndpointAddress]>>,
    pool: StreamPool<H2Connection>,
    phase: Mutex<ConnectPhase>,
    signal: Arc<Signal>,
    /// How often the server asked for fewer pings.
    calm: AtomicU32,
}

/// The latest attempt to connect.
enum ConnectPhase {
    /// It succeeded, or there was none.
    Idle,
    /// It is in progress. It was abandoned if its guard is gone.
    Connecting { backoff: ConnectBackoff, guard: Weak<ConnectGuard> },
    /// It failed.
    Failed { error: Unreachable, backoff: ConnectBackoff },
}

/// A guard of an attempt to connect, which ends with it or with its runtime.
struct ConnectGuard(Arc<Signal>);

impl Drop for ConnectGuard {
    fn drop(&mut self) {
        self.0.changed();
    }
}

/// The state of a channel, as calls see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelState {
    /// A connection accepts calls.
    Ready,
    /// The first connection, or the one after a lost connection, is being made.
    Connecting,
    /// A connection is being made after a failure.
    Reconnecting,
    /// The last attempt failed, and its backoff has not passed.
    BackingOff,
}

impl Channel {
    /// Creates a channel that does not connect yet.
    pub(super) fn new(
        addresses: Vec<EndpointAddress>,
        origin: ServerOrigin,
        dialer: Dialer,
        settings: Arc<ChannelSettings>,
        signal: Arc<Signal>,
    ) -> Arc<Self> {
        let pool = StreamPool::new(settings.max_connections);
        let (addresses, phase) = (Mutex::new(addresses.into()), Mutex::new(ConnectPhase::Idle));
        Arc::new(Self { dialer, origin, settings, addresses, pool, phase, signal, calm: AtomicU32::new(0) })
    }

    /// Replaces the addresses. Connections to those that are gone accept no more calls.
    pub(super) fn set_addresses(&self, addresses: Vec<EndpointAddress>) {
        let addresses: Arc<[_]> = addresses.into();
        *lock(&self.addresses) = addresses.clone();
        self.pool.retain(|connection| addresses.contains(connection.address()));
    }

    /// Takes a stream, if one is free.
    pub(super) fn try_acquire(&self) -> Option<ReservedStream<H2Connection>> {
        self.pool.try_acquire()
    }

    /// Takes a stream for a request of this size, or waits for one.
    pub(super) async fn acquire(self: &Arc<Self>, bytes: usize) -> Result<ReservedStream<H2Connection>, BoxError> {
        match self.pool.acquire(bytes)?.ok_or(Disconnected)? {
            Acquired::Stream(reserved) => Ok(reserved),
            Acquired::Wait { call, may_grow } => {
                if may_grow {
                    self.grow();
                }
                Ok(call.await.ok_or(Disconnected)?)
            }
        }
    }

    pub(super) async fn send(
        &self,
        reserved: ReservedStream<H2Connection>,
        request: &impl OutgoingRequest,
    ) -> Result<Response<IncomingBody>, BoxError> {
        let ReservedStream { connection, slot } = reserved;
        let peer = connection.peer();
        let streamed = request.is_streamed().then(|| connection.activity().clone());
        // Waiting may have used some of the time that the head reports.
        let response = connection.send(slot, request.head(Some(&self.origin), Instant::now()), request.body())?;
        request.sent(peer);
        match streamed {
            Some(server) => Ok(StreamedResponse::new(response, server.unread()).await?.map(IncomingBody::Streamed)),
            None => Ok(response.await?.map(IncomingBody::Remote)),
        }
    }

    /// Returns whether a request would be sent at once.
    pub(super) fn has_free_stream(&self) -> bool {
        self.pool.has_free_stream()
    }

    /// Returns the number of calls in progress.
    pub(super) fn load(&self) -> usize {
        self.pool.load()
    }

    /// Returns the current state. A channel that is idle, or whose backoff has passed, starts to connect.
    pub(super) fn poll_state(self: &Arc<Self>, now: Instant) -> ChannelState {
        if self.pool.is_open() {
            return ChannelState::Ready;
        }
        let mut phase = lock(&self.phase);
        phase.state(now).unwrap_or_else(|| {
            *phase = self.start(phase.backoff());
            phase.pending_state()
        })
    }

    /// Returns the connectivity.
    pub(super) fn connectivity(&self) -> ConnectivityState {
        match &*lock(&self.phase) {
            _ if self.pool.is_open() => ConnectivityState::Ready,
            phase if phase.is_pending() => ConnectivityState::Connecting,
            ConnectPhase::Failed { .. } => ConnectivityState::TransientFailure,
            ConnectPhase::Idle | ConnectPhase::Connecting { .. } => ConnectivityState::Idle,
        }
    }

    /// Connects despite the backoff, unless an attempt failed just now. Returns whether an attempt is in progress.
    pub(super) fn force_connect(self: &Arc<Self>) -> bool {
        let mut phase = lock(&self.phase);
        if !phase.is_pending() && !phase.backoff().is_throttled(Instant::now()) {
            *phase = self.start(phase.backoff());
        }
        phase.is_pending()
    }

    /// Returns the error of the last attempt to connect, if it failed.
    pub(super) fn failure(&self) -> Option<Unreachable> {
        match &*lock(&self.phase) {
            ConnectPhase::Failed { error, .. } => Some(error.clone()),
            _ => None,
        }
    }

    /// Opens one more connection, unless one is being made or the server did not accept the last one.
    fn grow(self: &Arc<Self>) {
        let mut phase = lock(&self.phase);
        if phase.state(Instant::now()).is_none() {
            *phase = self.start(phase.backoff());
        }
    }

    /// Starts to connect. The attempt goes on when its callers give up, because other calls will need it.
    fn start(self: &Arc<Self>, backoff: ConnectBackoff) -> ConnectPhase {
        let guard = Arc::new(ConnectGuard(self.signal.clone()));
        let phase = ConnectPhase::Connecting { backoff, guard: Arc::downgrade(&guard) };
        let (channel, timeout) = (Arc::downgrade(self), self.settings.connect_timeout);
        let open = self.open();
        tokio::spawn(async move {
            let opened = time::timeout(timeout, open).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
            if let Some(channel) = channel.upgrade() {
                channel.finish(opened, backoff);
            }
            drop(guard);
        });
        self.signal.changed();
        phase
    }

    /// Connects to the fastest of the addresses.
    fn open(&self) -> impl Future<Output = Result<(H2Connection, ConnectionDriver), BoxError>> + Send + use<> {
        let (dialer, origin, settings) = (self.dialer.clone(), self.origin.clone(), self.settings.clone());
        let addresses = lock(&self.addresses).clone();
        async move {
            let addresses = dialer.expand(&addresses).await?;
            let connect = |address| connect(&dialer, &origin, settings.windows, address);
            race(addresses, settings.connect_timeout, connect).await
        }
    }

    fn finish(self: &Arc<Self>, opened: Result<(H2Connection, ConnectionDriver), BoxError>, backoff: ConnectBackoff) {
        match opened {
            // The address left the list in the meantime.
            Ok((connection, _)) if !lock(&self.addresses).contains(connection.address()) => {
                *lock(&self.phase) = self.start(backoff);
            }
            Ok((connection, driver)) => {
                self.serve(connection, driver);
                *lock(&self.phase) = ConnectPhase::Idle;
                if self.pool.needs_connection() {
                    self.grow();
                }
            }
            Err(error) => {
                let (error, backoff) = (Unreachable::new(error), backoff.next(Instant::now()));
                tracing::debug!(%error, "cannot connect");
                *lock(&self.phase) = ConnectPhase::Failed { error, backoff };
                self.signal.lost();
            }
        }
    }

    /// Adds a connection, and drives it until it ends.
    fn serve(self: &Arc<Self>, connection: H2Connection, driver: ConnectionDriver) {
        let (channel, pool, id) = (Arc::downgrade(self), self.pool.downgrade(), self.pool.add(connection));
        let (pings, idle_timeout) = (self.ping_policy(), self.settings.idle_timeout);
        tokio::spawn(async move {
            let end = driver.run(pool.clone(), id, pings, idle_timeout).await;
            // Calls that wait keep the pool when the client is gone.
            pool.upgrade().inspect(|pool| pool.remove(id));
            channel.upgrade().inspect(|channel| channel.closed(end));
        });
    }

    fn closed(&self, end: ConnectionEnd) {
        if end == ConnectionEnd::TooManyPings {
            self.calm.fetch_add(1, Relaxed);
        }
        self.signal.lost();
    }

    /// Returns when the next connection pings its server, less often each time that the server asked for that.
    fn ping_policy(&self) -> PingPolicy {
        let calm = self.calm.load(Relaxed).min(16);
        let keep_alive = self.settings.keep_alive.map(|interval| interval.saturating_mul(1 << calm));
        let suspicion_interval = match calm.checked_sub(1) {
            None => SUSPICION_INTERVAL,
            Some(doublings) => CALM_INTERVAL.saturating_mul(1 << doublings),
        };
        PingPolicy { keep_alive, suspicion_interval }
    }
}

/// Connects to one address. A connection that the other side closes before its SETTINGS is opened once more: a server that stops
/// closes those that it has not accepted, and behind a balancer the next one reaches another server.
async fn connect(
    dialer: &Dialer,
    origin: &ServerOrigin,
    windows: Windows,
    ExpandedAddress { address, source }: ExpandedAddress,
) -> Result<(H2Connection, ConnectionDriver), BoxError> {
    let open = async || ConnectionDriver::open(dialer.dial(&address, origin).await?, source.clone(), windows).await;
    match open().await {
        Err(error) if is_closed(&error) => open().await,
        opened => opened,
    }
}

impl ConnectPhase {
    /// Returns the state without a connection, or `None` if it is time to connect.
    fn state(&self, now: Instant) -> Option<ChannelState> {
        match self {
            Self::Idle => None,
            Self::Connecting { .. } => self.is_pending().then(|| self.pending_state()),
            Self::Failed { backoff, .. } => {
                backoff.until.is_some_and(|until| until > now).then_some(ChannelState::BackingOff)
            }
        }
    }

    fn pending_state(&self) -> ChannelState {
        if self.backoff().until.is_some() { ChannelState::Reconnecting } else { ChannelState::Connecting }
    }

    fn is_pending(&self) -> bool {
        matches!(self, Self::Connecting { guard, .. } if guard.strong_count() > 0)
    }

    fn backoff(&self) -> ConnectBackoff {
        match self {
            Self::Idle => ConnectBackoff::default(),
            Self::Connecting { backoff, .. } | Self::Failed { backoff, .. } => *backoff,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Creates the error for an endpoint without a result of an attempt.
pub(super) fn not_connected() -> Unreachable {
    Unreachable::new(io::Error::from(io::ErrorKind::NotConnected))
}
