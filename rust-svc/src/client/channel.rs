//! What connects to one address, at the first call and again after the connection broke.

use std::{
    error::Error as StdError,
    fmt, io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http::Response;
use tokio::{
    sync::watch,
    time::{self, Instant},
};

use super::{
    address::Origin, connection::Connection, connector::Connector, incoming::Incoming, normalise::BoxError,
    request::Head, requests::Requests,
};

/// A server at one address.
pub(crate) struct Channel {
    connector: Connector,
    /// What the server is told it is called by.
    origin: Origin,
    connect_timeout: Duration,
    keep_alive: Option<Duration>,
    connecting: Mutex<Connecting>,
}

/// What becomes of a connection: nothing yet, or what became of it. All calls that wait for it get the same.
type Connecting = watch::Receiver<Option<Result<Connection, Unreachable>>>;

/// Why there is no connection.
#[derive(Clone, Debug)]
pub(crate) struct Unreachable(Arc<dyn StdError + Send + Sync>);

impl Channel {
    /// A server that is connected to like this, and told that it is called by `origin`.
    pub(crate) fn new(
        connector: Connector,
        origin: Origin,
        connect_timeout: Duration,
        keep_alive: Option<Duration>,
    ) -> Self {
        // The sender is gone, as that of a connection that nobody makes any more.
        let connecting = Mutex::new(watch::channel(None).1);
        Self { connector, origin, connect_timeout, keep_alive, connecting }
    }

    pub(crate) async fn send(&self, head: &Head<'_>, requests: &Requests) -> Result<Response<Incoming>, BoxError> {
        let connection = self.connection().await?;
        // To connect may have taken some of the time that the server is told.
        let answer = connection.send(head.to(Some(&self.origin), Instant::now()), requests)?;
        Ok(answer.await?)
    }

    async fn connection(&self) -> Result<Connection, Unreachable> {
        let mut connecting = self.connecting();
        let connected = connecting.wait_for(Option::is_some).await.ok().and_then(|connected| connected.clone());
        connected.unwrap_or_else(|| Err(Unreachable::because(io::Error::from(io::ErrorKind::NotConnected))))
    }

    /// The connection that is open or being made, or else a new one.
    fn connecting(&self) -> Connecting {
        let mut connecting = self.connecting.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_usable(&connecting) {
            *connecting = self.connect();
        }
        connecting.clone()
    }

    /// It goes on when those who wait for it have gone: others will call.
    fn connect(&self) -> Connecting {
        let (connected, connecting) = watch::channel(None);
        let (connector, keep_alive, timeout) = (self.connector.clone(), self.keep_alive, self.connect_timeout);
        tokio::spawn(async move {
            let open = async { Connection::open(connector.connect().await?, keep_alive).await };
            let opened = time::timeout(timeout, open).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
            connected.send_replace(Some(opened.map_err(Unreachable::because)));
        });
        connecting
    }
}

fn is_usable(connecting: &Connecting) -> bool {
    match &*connecting.borrow() {
        None => connecting.has_changed().is_ok(),
        Some(Ok(connection)) => connection.is_open(),
        Some(Err(_)) => false,
    }
}

impl Unreachable {
    pub(crate) fn because(error: impl Into<BoxError>) -> Self {
        Self(Arc::from(error.into()))
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no connection could be made")
    }
}

impl StdError for Unreachable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}
