//! The settings of a server.

use std::{convert::Infallible, io, time::Duration};

use bytes::Bytes;
use futures::Stream;
use http::{Request, Response};
use tower::{Layer, Service};

use super::{
    bound::Bound,
    dispatch::{RequestDispatcher, TowerServices},
    health::{self, Health, HealthService},
    layer::{Layers, RequestService},
    limits::{Limits, MAX_WINDOW},
    listen::{CustomConnections, Listen, Listener, Protocols},
    reflection,
    shutdown::ShutdownTimes,
};
use crate::{
    Body, Error, Peer, Result, adapter, call::connection_info::HttpConnInfo, error::BoxError, intercept::Chain,
    net::ByteStream,
};

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
/// Health is always served: `grpc.health.v1.Health` for each service and for `""`, and `GET /healthz` for HTTP.
///
/// The limits and their defaults:
///
/// | limit | default | |
/// |---|---|---|
/// | open connections; more are closed | 10000 | [`max_connections`](Self::max_connections) |
/// | concurrent calls of a connection | 200 | [`max_concurrent_streams`](Self::max_concurrent_streams) |
/// | concurrent calls that are reset before they are processed | 200 | [`max_concurrent_streams`](Self::max_concurrent_streams) |
/// | calls of a connection that violate HTTP/2 | 2048 | |
/// | headers of a request | 16 KiB | [`max_header_list_size`](Self::max_header_list_size) |
/// | unread data of a call | 256 KiB | [`stream_window`](Self::stream_window) |
/// | a request message | 4 MiB | [`Adapter::max_message_size`](crate::Adapter::max_message_size) |
/// | a JSON request message | 4 MiB | `gateway::GatewaySettings::max_message_bytes` |
/// | the first request of a connection; the headers of HTTP/1 | 10 s each | [`header_timeout`](Self::header_timeout) |
/// | a pause in a request body of known length, or that is read whole | 60 s | [`receive_timeout`](Self::receive_timeout) |
/// | a connection whose caller does not read | 60 s | [`send_timeout`](Self::send_timeout) |
/// | a call whose caller does not read the response | 5 min | [`stream_send_timeout`](Self::stream_send_timeout) |
/// | keepalive: silence before a ping, and until its answer | 60 s + 20 s | [`keep_alive`](Self::keep_alive) |
/// | pings, settings and priorities without calls in between | 100, and 1 each 1 s | |
/// | a connection without calls | 15 min | [`max_connection_idle`](Self::max_connection_idle) |
/// | a connection, until GOAWAY | 1 h, 10 % more or less | [`max_connection_age`](Self::max_connection_age) |
/// | calls of a connection after GOAWAY | unbounded | [`max_connection_age`](Self::max_connection_age) |
/// | calls in progress when the server stops | 20 s | [`shutdown_after`](Self::shutdown_after) |
/// | new calls when the server stops | 0 s | [`lame_duck`](Self::lame_duck) |
/// | permissions of a Unix socket | 0600 | [`Listen::socket_mode`] |
#[derive(Debug)]
pub struct Server {
    grpc: adapter::Routes,
    services: TowerServices,
    http: axum::Router,
    #[cfg(feature = "gateway")]
    gateway: Option<crate::gateway::GatewayRoutes>,
    descriptors: Vec<&'static [u8]>,
    web: bool,
    health: Health,
    limits: Limits,
    times: ShutdownTimes,
    chain: Chain,
    layers: Layers,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            grpc: adapter::Routes::new(),
            services: TowerServices::default(),
            http: axum::Router::new(),
            #[cfg(feature = "gateway")]
            gateway: None,
            descriptors: Vec::new(),
            web: false,
            health: Health::new(),
            limits: Limits::default(),
            times: ShutdownTimes::default(),
            chain: Chain::new(),
            layers: Layers::default(),
        }
    }
}

impl Server {
    /// Creates a server that serves only health.
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

    /// Wraps the calls of all adapters and gateways in `chain`: reflection too, but not health, which probes call without a
    /// token.
    pub fn chain(mut self, chain: &Chain) -> Self {
        self.chain = self.chain.merge(chain.clone());
        self
    }

    /// Serves the user's own HTTP routes. Gateways get the requests that no route matches. Routes may also serve gRPC: they
    /// get the gRPC requests for services without an adapter.
    ///
    /// # Panics
    ///
    /// As axum does, if two routers have the same route; and in [`bind`](Self::bind), if a router with a fallback is served
    /// beside a gateway.
    pub fn http(mut self, router: axum::Router) -> Self {
        self.http = self.http.merge(router);
        self
    }

    /// Serves a tower service below `/{name}/`, such as a service of tonic under its full name. It shares limits, health, TLS
    /// and graceful shutdown with the adapters, but not the [chain](Self::chain).
    ///
    /// ```no_run
    /// # use rust_svc::{Body, Server};
    /// # fn serve<S>(server: Server, greeter: S) -> Server
    /// # where
    /// #     S: tower::Service<http::Request<Body>, Response = http::Response<Body>, Error = std::convert::Infallible>
    /// #         + Clone + Send + Sync + 'static,
    /// #     S::Future: Send,
    /// # {
    /// server.service("helloworld.Greeter", greeter)
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If two services have the same name, as axum does.
    pub fn service<S, B>(mut self, name: &'static str, service: S) -> Self
    where
        S: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        S::Future: Send + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.services.add(name, service);
        self
    }

    /// Wraps all requests in a tower layer: gRPC, HTTP, health and other services. Layers that are added later are outside.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<RequestService> + Send + Sync + 'static,
        L::Service: Service<Request<Body>, Response = Response<B>, Error = Infallible> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request<Body>>>::Future: Send,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.layers.push(layer);
        self
    }

    /// Serves reflection (`grpc.reflection.v1` and `v1alpha`) from an encoded `google.protobuf.FileDescriptorSet`. It is off
    /// by default.
    pub fn reflection(mut self, descriptors: &'static [u8]) -> Self {
        self.descriptors.push(descriptors);
        self
    }

    /// Sets the handle that says which services are ready. All are by default.
    pub fn health(mut self, health: &Health) -> Self {
        self.health = health.clone();
        self
    }

    /// Serves all adapters over gRPC-Web too, on the same port, over HTTP/1 and HTTP/2. It is off by default. Pages of other
    /// origins need CORS headers from a [layer](Self::layer) or a proxy.
    pub fn grpc_web(mut self) -> Self {
        self.web = true;
        self
    }

    /// Sets how long calls in progress may take when the server stops. The default, 20 s, is below the 30 s that Kubernetes
    /// waits.
    pub fn shutdown_after(mut self, drain: Duration) -> Self {
        self.times.drain = drain;
        self
    }

    /// Sets how long the server accepts new calls after its health has become `NOT_SERVING`. The default is zero.
    pub fn lame_duck(mut self, lame_duck: Duration) -> Self {
        self.times.lame_duck = lame_duck;
        self
    }

    /// Sets the maximum of open connections. One more is closed immediately, so that its caller can use another server.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.limits.max_connections = connections;
        self
    }

    /// Sets the maximum of concurrent calls on one HTTP/2 connection. A caller may reset as many at once before they are
    /// processed, or 20 if that is more; with more, the connection ends.
    pub fn max_concurrent_streams(mut self, streams: u32) -> Self {
        self.limits.max_concurrent_streams = streams;
        self
    }

    /// Sets the maximum size of all headers of a request, in bytes as HTTP/2 counts them; for HTTP/1 at least 8 KiB. A
    /// request with more gets status 431.
    pub fn max_header_list_size(mut self, bytes: u32) -> Self {
        self.limits.max_header_list_size = bytes;
        self
    }

    /// Sets the keepalive of HTTP/2 connections: the silence before a ping, and the time until its answer.
    pub fn keep_alive(mut self, interval: Duration, timeout: Duration) -> Self {
        self.limits.keep_alive_interval = interval;
        self.limits.keep_alive_timeout = timeout;
        self
    }

    /// Sets the flow-control window of a call: the bytes that a caller may send before they are read. The window of a
    /// connection holds those of all its calls, up to 2 GiB, so that an unread call does not stall others. A larger window is
    /// faster over long distances, and takes more memory. A connection ends if many of its calls send tiny messages that are
    /// not read: with a window above 5 MiB four calls suffice, above 20 MiB one.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.limits.stream_window = bytes.clamp(1, MAX_WINDOW);
        self
    }

    /// Sets the timeout of the first request of a connection, and of the headers of an HTTP/1 request.
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.limits.header_timeout = timeout;
        self
    }

    /// Sets the longest pause within a request body of known length over HTTP/1, of a single gRPC-Web message, or of a body
    /// that a gateway reads whole. A stream of requests may pause.
    pub fn receive_timeout(mut self, timeout: Duration) -> Self {
        self.limits.receive_timeout = timeout;
        self
    }

    /// Sets how long a caller may read nothing from its connection, before the connection is dropped.
    pub fn send_timeout(mut self, timeout: Duration) -> Self {
        self.limits.send_timeout = timeout;
        self
    }

    /// Sets how long a caller may read nothing of a response over HTTP/2, before the call is reset, at the latest at its
    /// deadline. Other calls of the connection go on.
    pub fn stream_send_timeout(mut self, timeout: Duration) -> Self {
        self.limits.stream_send_timeout = timeout;
        self
    }

    /// Sets how long a connection may be open without a call, before it is closed with GOAWAY.
    pub fn max_connection_idle(mut self, idle: Duration) -> Self {
        self.limits.max_idle = idle;
        self
    }

    /// Sets the age at which a connection is closed with GOAWAY, with 10 % jitter, and how long its calls may take then.
    /// Callers that reconnect find servers that were started in the meantime. `Duration::MAX` means no limit.
    pub fn max_connection_age(mut self, age: Duration, grace: Duration) -> Self {
        self.limits.max_age = age;
        self.limits.max_age_grace = grace;
        self
    }

    /// Listens on an address such as `127.0.0.1:50051` or `unix:/run/shop.sock`, or on a [`Listen`] with settings. Callers
    /// may connect from now on, and are served once the server runs. Fails with a readable message if the address is not
    /// available, if it is not loopback and neither encrypted nor allowed to be [plaintext](Listen::plaintext), or if routes
    /// of gateways conflict.
    pub async fn bind(self, listen: impl Into<Listen>) -> Result<Bound> {
        self.bind_all([listen]).await
    }

    /// Listens on several addresses, each with its own protocols, as [`bind`](Self::bind) does on one.
    pub async fn bind_all(self, listens: impl IntoIterator<Item = impl Into<Listen>>) -> Result<Bound> {
        let (layers, limits, times) = (self.layers.clone(), self.limits, self.times);
        let (routes, health) = self.into_routes()?;
        let mut listeners = Vec::new();
        for listen in listens.into_iter().map(Into::into) {
            let dispatcher = routes.clone().dispatcher(listen.protocols, listen.is_encrypted());
            listeners.push(Listener::bind(&listen, dispatcher.with_layers(&layers)).await?);
        }
        if listeners.is_empty() {
            return Err(Error::invalid_argument("a server needs an address, such as 127.0.0.1:50051"));
        }
        Ok(Bound { listeners, health, limits, times })
    }

    /// Serves connections that the program accepts itself, each with its remote end, in place of those of an address. Use it
    /// for simulated networks such as turmoil. Fails if routes of gateways conflict.
    ///
    /// ```
    /// # async fn serve() -> rust_svc::Result<()> {
    /// let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(rust_svc::Error::internal)?;
    /// let connections = futures::stream::unfold(listener, |listener| async { Some((listener.accept().await, listener)) });
    /// rust_svc::Server::new().serve_connections(connections)?.run().await
    /// # }
    /// ```
    pub fn serve_connections<S, P>(
        self,
        connections: impl Stream<Item = io::Result<(S, P)>> + Send + 'static,
    ) -> Result<Bound>
    where
        S: ByteStream,
        P: Into<Peer> + Send + 'static,
    {
        let (layers, limits, times) = (self.layers.clone(), self.limits, self.times);
        let (routes, health) = self.into_routes()?;
        let dispatcher = routes.dispatcher(Protocols::default(), false).with_layers(&layers);
        let listeners = vec![Listener::custom(CustomConnections::new(connections), dispatcher)];
        Ok(Bound { listeners, health, limits, times })
    }

    /// Combines everything that is served on each address.
    fn into_routes(self) -> Result<(ServedRoutes, HealthService)> {
        let names = self.services.names.clone();
        let grpc = reflection::add(self.grpc, &names, &self.descriptors)?;
        let (grpc, health) = health::add(grpc.chain(&self.chain), &names, self.health);
        #[cfg(feature = "gateway")]
        let http = with_gateway(self.http, self.gateway.map(|gateway| gateway.chain(&self.chain)))?;
        #[cfg(not(feature = "gateway"))]
        let http = self.http;
        let (services, receive_timeout) = (self.services, self.limits.receive_timeout);
        let routes = ServedRoutes { grpc, services, http, health: health.clone(), web: self.web, receive_timeout };
        Ok((routes, health))
    }
}

/// Everything that a server serves, on any address.
#[derive(Clone)]
struct ServedRoutes {
    grpc: adapter::Routes,
    services: TowerServices,
    http: axum::Router,
    health: HealthService,
    web: bool,
    receive_timeout: Duration,
}

impl ServedRoutes {
    fn dispatcher(self, protocols: Protocols, is_encrypted: bool) -> RequestDispatcher {
        let http_info = HttpConnInfo { receive_timeout: self.receive_timeout, is_encrypted };
        let protocols = protocols.or_all(self.web);
        RequestDispatcher::new(self.grpc, self.services, self.http, self.health, protocols, http_info)
    }
}

#[cfg(feature = "gateway")]
fn with_gateway(http: axum::Router, gateway: Option<crate::gateway::GatewayRoutes>) -> Result<axum::Router> {
    let Some(gateway) = gateway else { return Ok(http) };
    let gateway = gateway.try_into_router().map_err(|error| Error::invalid_argument(error.to_string()))?;
    Ok(http.merge(gateway))
}
