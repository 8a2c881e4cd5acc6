//! A process that serves adapters and gateways.
//!
//! gRPC and HTTP share one port, unless they are [told apart](Listen). A request is gRPC's if its content type starts with
//! `application/grpc` or its path names a service that is served; any other goes to the gateways and the user's own
//! routes.
//!
//! When the process is told to stop, in this order:
//!
//! 1. health becomes `NOT_SERVING`, and streams that watch it end;
//! 2. calls are served for the lame-duck time, so that load balancers can look away;
//! 3. no connection is accepted any more, and those that are open are told to go away, as are
//!    [handlers](crate::Context::stopping) that ask;
//! 4. calls that are under way may end, for a bounded time;
//! 5. callers of what is left are told `UNAVAILABLE`, by adapters and gateways alike, and what is left then is cut.

/// Messages that a service speaks as they travel.
macro_rules! speaks_for_itself {
    ($($message:ty: $name:literal),*) => {$(
        impl crate::Message for $message {
            const NAME: &'static str = $name;
            type Wire = Self;

            fn into_wire(self) -> Self {
                self
            }

            fn read(wire: Self, _: &mut crate::Violations) -> Option<Self> {
                Some(wire)
            }
        }
    )*};
}

mod activity;
mod connections;
mod describe;
mod ending;
mod frames;
mod front;
mod health;
mod limits;
mod linger;
mod listen;
mod listener;
mod reflection;
mod signal;
mod stalled;
mod timely;
#[cfg(feature = "tls")]
mod tls;
#[cfg(unix)]
mod unix;
mod watched;

use std::{convert::Infallible, net::SocketAddr, time::Duration};

use futures::{
    FutureExt,
    future::{join_all, pending},
};
use tokio::time;

pub use health::Health;
pub use listen::{Address, Listen};
#[cfg(feature = "tls")]
pub use tls::ServerTls;

use crate::{Error, Result, adapter, call::connection_info::HttpConnInfo, intercept::Chain};
use connections::Connections;
use front::Front;
use health::Served;
use limits::{Limits, MOST_WINDOW};
use listener::Listener;
use signal::Signals;

/// Builds a process that serves adapters and gateways, on one port or several.
///
/// ```no_run
/// # async fn serve() -> rust_svc::Result<()> {
/// let server = rust_svc::Server::new().bind("127.0.0.1:50051").await?;
/// println!("listening on {}", server.local_addr());
/// server.run().await
/// # }
/// ```
///
/// Health is served without asking: `grpc.health.v1.Health` for each service and for `""`, and `GET /healthz` for
/// those who speak plain HTTP.
///
/// What bounds callers, unless told otherwise:
///
/// | limit | default | |
/// |---|---|---|
/// | connections at once; more are closed | 10000 | [`max_connections`](Self::max_connections) |
/// | calls at once on a connection | 200 | [`max_concurrent_streams`](Self::max_concurrent_streams) |
/// | calls that are given up before they are looked at, at once | 200 | [`max_concurrent_streams`](Self::max_concurrent_streams) |
/// | calls of a connection that break the rules of HTTP/2 | 2048 | |
/// | all headers of a request | 16 KiB | [`max_header_list_size`](Self::max_header_list_size) |
/// | what a call has sent and nobody has read | 256 KiB | [`stream_window`](Self::stream_window) |
/// | a request message | 4 MiB | [`Adapter::max_message_size`](crate::Adapter::max_message_size) |
/// | a request message of HTTP and JSON | 4 MiB | `gateway::GatewaySettings::max_message_bytes` |
/// | the first words of a connection, the headers of HTTP/1 | 10 s each | [`header_timeout`](Self::header_timeout) |
/// | a caller that sends nothing of a body whose length it told, or that is read whole | 60 s | [`receive_timeout`](Self::receive_timeout) |
/// | a caller that reads nothing of what it is sent | 60 s | [`send_timeout`](Self::send_timeout) |
/// | a call whose caller takes nothing of its answer | 5 min | [`stream_send_timeout`](Self::stream_send_timeout) |
/// | a connection that answers no ping | 60 s + 20 s | [`keep_alive`](Self::keep_alive) |
/// | pings, settings and priorities of a caller that is sent nothing else | 100, and 1 each 1 s | |
/// | a connection without calls, of HTTP/1 between two requests, too | 15 min | [`max_connection_idle`](Self::max_connection_idle) |
/// | a connection, until it is told to go away | 1 h, 10 % more or less | [`max_connection_age`](Self::max_connection_age) |
/// | the calls of a connection that was told so | unbounded | [`max_connection_age`](Self::max_connection_age) |
/// | calls under way when the server stops | 20 s | [`shutdown_after`](Self::shutdown_after) |
/// | calls that still begin when the server stops | 0 s | [`lame_duck`](Self::lame_duck) |
/// | who may connect to a Unix socket | 0600 | [`Listen::socket_mode`] |
#[derive(Debug)]
pub struct Server {
    grpc: adapter::Routes,
    http: axum::Router,
    #[cfg(feature = "gateway")]
    gateway: Option<crate::gateway::GatewayRoutes>,
    descriptors: Vec<&'static [u8]>,
    web: bool,
    health: Health,
    limits: Limits,
    stop: Stop,
    chain: Chain,
}

/// How long it may take to tell callers that their calls are cut.
const FAREWELL: Duration = Duration::from_secs(1);

/// How long the steps of stopping take.
#[derive(Clone, Copy, Debug)]
struct Stop {
    lame_duck: Duration,
    drain: Duration,
}

impl Default for Stop {
    fn default() -> Self {
        Self { lame_duck: Duration::ZERO, drain: Duration::from_secs(20) }
    }
}

impl Default for Server {
    fn default() -> Self {
        Self {
            grpc: adapter::Routes::new(),
            http: axum::Router::new(),
            #[cfg(feature = "gateway")]
            gateway: None,
            descriptors: Vec::new(),
            web: false,
            health: Health::new(),
            limits: Limits::default(),
            stop: Stop::default(),
            chain: Chain::new(),
        }
    }
}

impl Server {
    /// A server of nothing but its health.
    pub fn new() -> Self {
        Self::default()
    }

    /// Serves one or more services over gRPC.
    pub fn adapter(mut self, routes: impl Into<adapter::Routes>) -> Self {
        self.grpc = self.grpc.merge(routes);
        self
    }

    /// Serves one or more services over HTTP and JSON. Routes keep the [settings](crate::gateway::GatewaySettings) of their
    /// gateway; those of the first also hold for requests without a route.
    #[cfg(feature = "gateway")]
    pub fn gateway(mut self, routes: impl Into<crate::gateway::GatewayRoutes>) -> Self {
        let routes = routes.into();
        self.gateway = Some(match self.gateway {
            Some(others) => others.merge(routes),
            None => routes,
        });
        self
    }

    /// Puts all of `chain` around the calls of all services, over gRPC and HTTP alike; reflection among them, and not health,
    /// which tells nothing else and is asked by what has no token.
    pub fn chain(mut self, chain: &Chain) -> Self {
        self.chain = self.chain.merge(chain.clone());
        self
    }

    /// Serves routes of the user beside the gateways, which get what these do not match.
    ///
    /// # Panics
    ///
    /// As axum does, if two routers have the same route; and at [`bind`](Self::bind), if a router with a fallback of
    /// its own is served beside a gateway.
    pub fn http(mut self, router: axum::Router) -> Self {
        self.http = self.http.merge(router);
        self
    }

    /// Tells callers what is served (`grpc.reflection.v1` and `v1alpha`), from a `google.protobuf.FileDescriptorSet` in
    /// protobuf encoding. It is off unless asked for.
    pub fn reflection(mut self, descriptors: &'static [u8]) -> Self {
        self.descriptors.push(descriptors);
        self
    }

    /// Tells callers which services are ready, by a handle that says so. All are unless told.
    pub fn health(mut self, health: &Health) -> Self {
        self.health = health.clone();
        self
    }

    /// Serves what is served over gRPC to callers of gRPC-Web as well, on the same port and over HTTP/1 as over HTTP/2. A
    /// page of another origin may call only where a proxy or a layer in front of this allows it (CORS). It is off unless
    /// asked for.
    pub fn grpc_web(mut self) -> Self {
        self.web = true;
        self
    }

    /// How long calls that are under way may take when the server stops, before they are cut. 20 s unless told, which
    /// is below the 30 s that Kubernetes waits.
    pub fn shutdown_after(mut self, drain: Duration) -> Self {
        self.stop.drain = drain;
        self
    }

    /// How long the server goes on accepting calls once its health says that it stops. None unless told.
    pub fn lame_duck(mut self, lame_duck: Duration) -> Self {
        self.stop.lame_duck = lame_duck;
        self
    }

    /// How many connections may be open at once. One more is closed at once, so that its caller can turn to another
    /// server.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.max_connections = connections;
        self
    }

    /// How many calls may be under way at once on one HTTP/2 connection. A caller may give up as many at once before they
    /// are looked at, or 20 if that is more; one that does so with more is a flood, and its connection ends.
    pub fn max_concurrent_streams(mut self, streams: u32) -> Self {
        self.limits.max_concurrent_streams = streams;
        self
    }

    /// The size of all headers of a request together, in bytes, as HTTP/2 counts it; for HTTP/1 at least 8 KiB. A request
    /// with more is answered with 431.
    pub fn max_header_list_size(mut self, bytes: u32) -> Self {
        self.limits.max_header_list_size = bytes;
        self
    }

    /// After which silence an HTTP/2 connection is asked for a sign of life, and how long it may take to give one.
    pub fn keep_alive(mut self, interval: Duration, timeout: Duration) -> Self {
        self.limits.keep_alive_interval = interval;
        self.limits.keep_alive_timeout = timeout;
        self
    }

    /// How much a caller may send in one call before it is read, in bytes. All calls of a connection may send so much each,
    /// up to 2 GiB together, so that one whose handler does not read keeps none of the others waiting. With more, a call from
    /// far away sends faster; the memory that a connection may take grows with it. It ends if many of its calls send
    /// messages of a few bytes, which cost more than these, and nobody reads them; with a window of more than 5 MiB, four calls
    /// suffice for that, and with more than 20 MiB one.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.limits.stream_window = bytes.clamp(1, MOST_WINDOW);
        self
    }

    /// How long a connection may take until it is known what it speaks, and an HTTP/1 request to send its headers.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.header_timeout = timeout;
        self
    }

    /// How long nothing may come of the body of a request, before it breaks off: of one of HTTP/1 that told its length or
    /// is one message of gRPC-Web, and of one that a gateway reads whole. A stream of requests may be silent.
    pub fn receive_timeout(mut self, timeout: Duration) -> Self {
        self.limits.receive_timeout = timeout;
        self
    }

    /// How long a connection may take none of the bytes that it is sent, before it is cut.
    pub fn send_timeout(mut self, timeout: Duration) -> Self {
        self.limits.send_timeout = timeout;
        self
    }

    /// How long a caller may take nothing of the answer to a call of HTTP/2 that waits for it, before the call is cut, at
    /// the latest at its deadline. The other calls of its connection go on.
    pub fn stream_send_timeout(mut self, timeout: Duration) -> Self {
        self.limits.stream_send_timeout = timeout;
        self
    }

    /// How long a connection may be open without a call, before it is told to go away.
    pub fn max_connection_idle(mut self, idle: Duration) -> Self {
        self.limits.max_idle = idle;
        self
    }

    /// How old a connection may grow, up to a tenth more or less, before it is told to go away; and how long the calls
    /// may take that are under way then, before they are cut. A caller connects anew for its next call, and so finds
    /// servers that were started in the meantime. `Duration::MAX` is no bound.
    pub fn max_connection_age(mut self, age: Duration, grace: Duration) -> Self {
        self.limits.max_age = age;
        self.limits.max_age_grace = grace;
        self
    }

    /// Listens at an address such as `127.0.0.1:50051` or `unix:/run/shop.sock`, or at a [`Listen`] with more to say.
    /// Callers may connect from now on, and are served once the server runs. Fails with a text for people if the address
    /// cannot be had, such as when another process has it, if it is open to others and neither encrypted nor
    /// [declared](Listen::plaintext) to be in plain text, or if the routes of the gateways contradict each other.
    pub async fn bind(self, listen: impl Into<Listen>) -> Result<Bound> {
        self.bind_all([listen]).await
    }

    /// Listens at several addresses, each with what is served there, as [`bind`](Self::bind) does at one.
    pub async fn bind_all(self, listens: impl IntoIterator<Item = impl Into<Listen>>) -> Result<Bound> {
        let grpc = reflection::add(self.grpc, &self.descriptors)?;
        let (grpc, health) = health::add(grpc.chain(&self.chain), self.health);
        #[cfg(feature = "gateway")]
        let http = beside(self.http, self.gateway.map(|gateway| gateway.chain(&self.chain)))?;
        #[cfg(not(feature = "gateway"))]
        let http = self.http;
        let mut listeners = Vec::new();
        for listen in listens.into_iter().map(Into::into) {
            let serves = listen.serves.or_all(self.web);
            let (grpc, http, health) = (grpc.clone(), http.clone(), health.clone());
            let arrival =
                HttpConnInfo { receive_timeout: self.limits.receive_timeout, is_encrypted: listen.is_encrypted() };
            let front = Front { grpc, http, health, serves, arrival };
            listeners.push(Listener::bind(&listen, front).await?);
        }
        if listeners.is_empty() {
            return Err(Error::invalid_argument("a server needs an address to listen at, such as 127.0.0.1:50051"));
        }
        Ok(Bound { listeners, health, limits: self.limits, stop: self.stop })
    }
}

#[cfg(feature = "gateway")]
fn beside(http: axum::Router, gateway: Option<crate::gateway::GatewayRoutes>) -> Result<axum::Router> {
    let Some(gateway) = gateway else { return Ok(http) };
    let gateway = gateway.try_into_router().map_err(|error| Error::invalid_argument(error.to_string()))?;
    Ok(http.merge(gateway))
}

/// A server that listens.
#[derive(Debug)]
pub struct Bound {
    listeners: Vec<Listener>,
    health: Served,
    limits: Limits,
    stop: Stop,
}

impl Bound {
    /// Where it listens with TCP, first of all; the port is the one that was taken if any was asked for.
    ///
    /// # Panics
    ///
    /// If it listens at Unix sockets only: [`addresses`](Self::addresses) tells those, too.
    pub fn local_addr(&self) -> SocketAddr {
        self.addresses().find_map(Address::tcp).expect("the server listens with TCP")
    }

    /// Where it listens, in the order in which that was said.
    pub fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.listeners.iter().map(|listener| &listener.address)
    }

    /// Serves until SIGINT or SIGTERM, then stops in order; a second signal stops at once. Fails if signals cannot be
    /// had.
    pub async fn run(self) -> Result<()> {
        let mut signals = Signals::new().map_err(Error::internal)?;
        let mut more = Signals::new().map_err(Error::internal)?;
        let second = async {
            more.next().await;
            more.next().await;
        };
        self.run_until_or(signals.next(), second).await;
        Ok(())
    }

    /// Serves until `stop` completes, then stops in order.
    pub async fn run_until(self, stop: impl Future<Output = ()>) {
        self.run_until_or(stop, pending()).await;
    }

    /// Serves until `stop` completes, then stops in order; stops at once when `now` completes.
    pub async fn run_until_or(self, stop: impl Future<Output = ()>, now: impl Future<Output = ()>) {
        let mut connections = Connections::new(self.limits);
        let fresh = join_all(self.listeners.iter().map(Listener::keep_fresh)).then(|_| pending::<Infallible>());
        let in_order = async {
            tokio::select! {
                never = connections.accept(&self.listeners) => match never {},
                () = stop => tracing::info!("stopping"),
            }
            self.health.stop();
            tokio::select! {
                never = connections.accept(&self.listeners) => match never {},
                () = time::sleep(self.stop.lame_duck) => (),
            }
            connections.accept_waiting(&self.listeners);
            drop(self.listeners);
            if time::timeout(self.stop.drain, connections.drain()).await.is_err() {
                tracing::warn!(after = ?self.stop.drain, "calls are cut that did not end in time");
                // Whoever does not listen is not told.
                let _ = time::timeout(FAREWELL, connections.end()).await;
            }
        };
        tokio::select! {
            () = in_order => (),
            never = fresh => match never {},
            () = now => tracing::warn!("stopping at once"),
        }
        self.health.stop();
        connections.cut().await;
    }
}
