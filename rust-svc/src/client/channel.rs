//! What connects to one address, at the first call and again after the connection broke.

mod rest;

use std::{
    error::Error as StdError,
    fmt, io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http::Response;
use tokio::{
    sync::{Notify, watch},
    time::{self, Instant, error::Elapsed},
};

use super::{
    address::Origin, connection::Connection, connector::Connector, incoming::Incoming, normalise::BoxError,
    request::Head, requests::Requests,
};
use rest::Rest;

/// A server at one address.
pub(crate) struct Channel {
    connector: Connector,
    /// What the server is told it is called by.
    origin: Origin,
    connect_timeout: Duration,
    keep_alive: Option<Duration>,
    latest: Mutex<Latest>,
    /// Tells those who wait for the end of a rest that it is connected to before.
    attempts: Notify,
}

/// The last attempt to connect.
struct Latest {
    connecting: Connecting,
    /// Whether the one before it failed.
    again: bool,
}

/// What becomes of a connection: nothing yet, or what became of it. All calls that wait for it get the same.
type Connecting = watch::Receiver<Option<Result<Connection, Failed>>>;

/// An attempt to connect that failed, whether or not anybody waited for it.
#[derive(Clone, Debug)]
struct Failed {
    why: Unreachable,
    rest: Rest,
}

/// How a server stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It takes calls.
    Connected,
    /// It is being connected to.
    Connecting,
    /// The same after that failed: nobody waits for it who need not.
    Retrying,
    /// It could not be connected to, and is left alone for a while.
    Resting,
}

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
        let latest = Mutex::new(Latest { connecting: watch::channel(None).1, again: false });
        Self { connector, origin, connect_timeout, keep_alive, latest, attempts: Notify::new() }
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
        let gone = || Err(Unreachable::because(io::Error::from(io::ErrorKind::NotConnected)));
        connected.map_or_else(gone, |connected| connected.map_err(|failed| failed.why))
    }

    /// How the server stands now. One that nobody has tried, or whose rest is over, is connected to, whoever is called
    /// meanwhile.
    pub(crate) fn standing(&self, now: Instant) -> Standing {
        let mut latest = self.latest();
        let standing = latest.standing(now);
        standing.unwrap_or_else(|| {
            *latest = self.connect(rest(&latest.connecting));
            latest.waited_for()
        })
    }

    /// Connects to it although it rests, unless that failed just now.
    pub(crate) fn retry(&self) -> &Self {
        self.connecting();
        self
    }

    /// Why it could not be connected to, if that was the last that happened.
    pub(crate) fn failure(&self) -> Option<Unreachable> {
        let latest = self.latest();
        let last = latest.connecting.borrow();
        last.as_ref()?.as_ref().err().map(|failed| failed.why.clone())
    }

    /// Completes when the server stands in another way, or its rest is over.
    pub(crate) async fn change(&self) {
        // What is told from now on is heard, before it is seen whether there is anything to wait for.
        let attempt = self.attempts.notified();
        let mut connecting = self.latest().connecting.clone();
        let rest = rest(&connecting).until;
        if let Some(until) = rest {
            let _ = time::timeout_at(until, attempt).await;
            return;
        }
        // An error says that nobody connects any more.
        let _ = connecting.wait_for(Option::is_some).await;
    }

    /// The connection that is open or being made, or that failed just now, or else a new one.
    fn connecting(&self) -> Connecting {
        let mut latest = self.latest();
        if !is_usable(&latest.connecting) {
            *latest = self.connect(rest(&latest.connecting));
        }
        latest.connecting.clone()
    }

    fn latest(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// It goes on when those who wait for it have gone: others will call. If it fails, the server rests longer than it did.
    fn connect(&self, rest: Rest) -> Latest {
        let (connected, connecting) = watch::channel(None);
        let (connector, keep_alive, timeout) = (self.connector.clone(), self.keep_alive, self.connect_timeout);
        tokio::spawn(async move {
            let open = async { Connection::open(connector.connect().await?, keep_alive).await };
            let opened = time::timeout(timeout, open).await.unwrap_or_else(|elapsed| Err(elapsed.into()));
            let failed = |error| Failed { why: Unreachable::because(error), rest: rest.longer(Instant::now()) };
            connected.send_replace(Some(opened.map_err(failed)));
        });
        self.attempts.notify_waiters();
        Latest { connecting, again: rest.until.is_some() }
    }
}

fn is_usable(connecting: &Connecting) -> bool {
    match &*connecting.borrow() {
        None => connecting.has_changed().is_ok(),
        Some(Ok(connection)) => connection.is_open(),
        Some(Err(failed)) => failed.rest.has_just_begun(Instant::now()),
    }
}

impl Latest {
    /// `None` if it is time to connect.
    fn standing(&self, now: Instant) -> Option<Standing> {
        match &*self.connecting.borrow() {
            None => self.connecting.has_changed().is_ok().then(|| self.waited_for()),
            Some(Ok(connection)) => connection.is_open().then_some(Standing::Connected),
            Some(Err(failed)) => failed.rest.until.is_some_and(|until| until > now).then_some(Standing::Resting),
        }
    }

    /// How the server stands while nothing has become of it.
    fn waited_for(&self) -> Standing {
        if self.again { Standing::Retrying } else { Standing::Connecting }
    }
}

/// How long the server was left alone last.
fn rest(connecting: &Connecting) -> Rest {
    match &*connecting.borrow() {
        Some(Err(failed)) => failed.rest,
        _ => Rest::default(),
    }
}

impl Unreachable {
    pub(crate) fn because(error: impl Into<BoxError>) -> Self {
        Self(Arc::from(error.into()))
    }

    /// True if connecting took too long.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.is::<Elapsed>()
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
