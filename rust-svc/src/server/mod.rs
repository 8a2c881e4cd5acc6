//! A process that serves adapters and gateways.
//!
//! gRPC and HTTP share one port. A request is gRPC's if its content type starts with `application/grpc` or its path
//! names a service that is served; any other goes to the gateways and the user's own routes.
//!
//! When the process is told to stop, in this order:
//!
//! 1. health becomes `NOT_SERVING`, and streams that watch it end;
//! 2. calls are served for the lame-duck time, so that load balancers can look away;
//! 3. no connection is accepted any more, and those that are open are told to go away;
//! 4. calls that are under way may end, for a bounded time;
//! 5. what is left is cut.

mod connections;
mod front;
mod health;
mod limits;
mod linger;
mod reflection;
mod signal;

use std::{fmt, net::SocketAddr, time::Duration};

use tokio::{
    net::{TcpListener, ToSocketAddrs},
    time,
};

use crate::{Error, Result, adapter};
use connections::Connections;
use front::Front;
use health::Health;
use limits::Limits;
use signal::Signals;

/// Builds a process that serves adapters and gateways on one port.
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
/// those who speak plain HTTP. Connections are plaintext.
///
/// What bounds callers, unless told otherwise:
///
/// | limit | default | |
/// |---|---|---|
/// | calls at once on a connection | 200 | [`max_concurrent_streams`](Self::max_concurrent_streams) |
/// | all headers of a request | 16 KiB | [`max_header_list_size`](Self::max_header_list_size) |
/// | a connection that answers no ping | 60 s + 20 s | [`keep_alive`](Self::keep_alive) |
/// | the first byte of a connection, the headers of HTTP/1 | 10 s each | [`header_timeout`](Self::header_timeout) |
/// | a request message | 4 MiB | [`Adapter::max_message_size`](crate::Adapter::max_message_size) |
/// | calls under way when the server stops | 20 s | [`shutdown_after`](Self::shutdown_after) |
#[derive(Debug)]
pub struct Server {
    grpc: adapter::Routes,
    http: axum::Router,
    #[cfg(feature = "gateway")]
    gateway: Option<crate::gateway::Routes>,
    descriptors: Vec<&'static [u8]>,
    web: bool,
    limits: Limits,
    stop: Stop,
}

/// How long the steps of stopping take.
#[derive(Clone, Copy, Debug)]
struct Stop {
    lame_duck: Duration,
    drain: Duration,
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
            limits: Limits::default(),
            stop: Stop { lame_duck: Duration::ZERO, drain: Duration::from_secs(20) },
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

    /// Serves one or more services over HTTP and JSON.
    #[cfg(feature = "gateway")]
    pub fn gateway(mut self, routes: impl Into<crate::gateway::Routes>) -> Self {
        let routes = routes.into();
        self.gateway = Some(match self.gateway {
            Some(others) => others.merge(routes),
            None => routes,
        });
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

    /// How many calls may be under way at once on one HTTP/2 connection.
    pub fn max_concurrent_streams(mut self, streams: u32) -> Self {
        self.limits.max_concurrent_streams = streams;
        self
    }

    /// The size of all headers of a request together, in bytes, as HTTP/2 counts it. A request with more is answered
    /// with 431.
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

    /// How long a connection may take to send its first byte, and an HTTP/1 request its headers.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.header_timeout = timeout;
        self
    }

    /// Listens at an address such as `0.0.0.0:50051`; port 0 takes any that is free. Callers may connect from now on,
    /// and are served once the server runs. Fails with a text for people if the address cannot be had, such as when
    /// another process has it, or if the routes of the gateways contradict each other.
    pub async fn bind(self, address: impl ToSocketAddrs + fmt::Display) -> Result<Bound> {
        let name = address.to_string();
        let failed = |error| cannot_listen(&name, error);
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let (grpc, health) = health::add(self.grpc);
        let grpc = reflection::add(grpc, &self.descriptors)?;
        #[cfg(feature = "gateway")]
        let http = beside(self.http, self.gateway)?;
        #[cfg(not(feature = "gateway"))]
        let http = self.http;
        let front = Front { grpc, http, health: health.clone(), web: self.web };
        Ok(Bound { listener, address, front, health, limits: self.limits, stop: self.stop })
    }
}

#[cfg(feature = "gateway")]
fn beside(http: axum::Router, gateway: Option<crate::gateway::Routes>) -> Result<axum::Router> {
    let Some(gateway) = gateway else { return Ok(http) };
    let gateway = gateway.try_into_router().map_err(|error| Error::invalid_argument(error.to_string()))?;
    Ok(http.merge(gateway))
}

fn cannot_listen(address: &str, error: std::io::Error) -> Error {
    let hint = match error.kind() {
        std::io::ErrorKind::AddrInUse => "another process listens there; stop it or choose another port",
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need a privilege; choose another port",
        std::io::ErrorKind::AddrNotAvailable => "no network interface of this machine has that address",
        _ => "the address is HOST:PORT, such as 127.0.0.1:50051",
    };
    Error::unavailable(format!("cannot listen on {address}: {error}: {hint}")).with_source(error)
}

/// A server that listens.
#[derive(Debug)]
pub struct Bound {
    listener: TcpListener,
    address: SocketAddr,
    front: Front,
    health: Health,
    limits: Limits,
    stop: Stop,
}

impl Bound {
    /// Where it listens; the port is the one that was taken if any was asked for.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
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
        self.run_until_or(stop, std::future::pending()).await;
    }

    /// Serves until `stop` completes, then stops in order; stops at once when `now` completes.
    pub async fn run_until_or(self, stop: impl Future<Output = ()>, now: impl Future<Output = ()>) {
        let mut connections = Connections::new(self.front, self.limits);
        let in_order = async {
            tokio::select! {
                never = connections.accept(&self.listener) => match never {},
                () = stop => tracing::info!(address = %self.address, "stopping"),
            }
            self.health.stop();
            tokio::select! {
                never = connections.accept(&self.listener) => match never {},
                () = time::sleep(self.stop.lame_duck) => drop(self.listener),
            }
            if time::timeout(self.stop.drain, connections.drain()).await.is_err() {
                tracing::warn!(after = ?self.stop.drain, "calls are cut that did not end in time");
            }
        };
        tokio::select! {
            () = in_order => (),
            () = now => tracing::warn!("stopping at once"),
        }
        self.health.stop();
        connections.cut().await;
    }
}
