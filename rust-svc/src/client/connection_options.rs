//! The options of a client that concern its servers and connections.

use std::{sync::Arc, time::Duration};

#[cfg(feature = "tls")]
use super::tls::ClientTls;
use super::{
    builder::ClientBuilder,
    transport::{Connector, LoadBalancing, Proxy, Resolver},
};

/// The shortest keepalive interval. Servers made with this crate close connections that ping more often.
const MIN_KEEP_ALIVE: Duration = Duration::from_secs(1);

/// The bounds of flow-control windows (RFC 9113, section 6.9.1).
const MIN_WINDOW: u32 = 65_535;
const MAX_WINDOW: u32 = (1 << 31) - 1;

impl ClientBuilder {
    /// Adds another server of the same service. Calls go to the servers by the [load-balancing policy](Self::load_balancing),
    /// and wait for the first one if none is ready yet, up to the connect timeout. A request that no server saw is sent to
    /// another one, whatever the method declares.
    pub fn replica(mut self, address: impl AsRef<str>) -> Self {
        self.connection.replicas.push(address.as_ref().to_owned());
        self
    }

    /// Uses these certificates for an `https://` address, and for a target without a scheme.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: ClientTls) -> Self {
        self.connection.tls = Some(tls);
        self
    }

    /// Allows plaintext, which others on the network can read and change. Any `http://` address except loopback needs it.
    /// It is right in a mesh that encrypts.
    pub fn plaintext(mut self) -> Self {
        self.connection.plaintext = true;
        self
    }

    /// Limits connecting, name lookup included; the default is 5 seconds. The addresses of a name share this time. A call
    /// does not wait beyond its own deadline.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connection.channels.connect_timeout = timeout;
        self
    }

    /// Sends HTTP/2 keepalive pings in this interval, at least a second, while calls are active, so that a vanished server
    /// is detected. It is off by default, because gRPC servers may close connections that ping more often than every 5
    /// minutes. The interval doubles when a server asks for fewer pings.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.connection.channels.keep_alive = Some(interval.max(MIN_KEEP_ALIVE));
        self
    }

    /// Closes connections that no call has used for this time; the default is 30 minutes. The next call connects again.
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.connection.channels.idle_timeout = timeout.max(Duration::from_millis(1));
        self
    }

    /// Limits the connections to each endpoint; the default is 4. More than one is opened only while the server's limit of
    /// concurrent streams is reached.
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.connection.channels.max_connections = connections.max(1);
        self
    }

    /// Sets the flow-control window of a stream: how many bytes of one response a server may send before it is read. The
    /// default is 2 MiB.
    pub fn stream_window(mut self, bytes: u32) -> Self {
        self.connection.channels.windows.stream = bytes.clamp(1, MAX_WINDOW);
        self
    }

    /// Sets the flow-control window of a connection, at least 65,535 bytes. The default is the maximum, 2 GiB, because an
    /// unread stream would otherwise stall other calls.
    pub fn connection_window(mut self, bytes: u32) -> Self {
        self.connection.channels.windows.connection = bytes.clamp(MIN_WINDOW, MAX_WINDOW);
        self
    }

    /// Sets the authority, `HOST` or `HOST:PORT`, that requests carry in place of that of the address. TLS certificates are
    /// checked against it.
    pub fn authority(mut self, authority: &str) -> Self {
        self.connection.authority = Some(authority.to_owned());
        self
    }

    /// Sets how calls choose among several endpoints; the default is round robin.
    pub fn load_balancing(mut self, policy: LoadBalancing) -> Self {
        self.connection.policy = policy;
        self
    }

    /// Uses only this many endpoints of a large fleet, at least 1. Each client chooses others, and few change when endpoints
    /// come or go (gRFC A68).
    pub fn subset(self, size: usize) -> Self {
        self.subset_of(size, fastrand::u64(..))
    }

    /// Uses only this many endpoints of a large fleet, chosen by this number: clients with the same one choose the same
    /// endpoints.
    pub fn subset_of(mut self, size: usize, seed: u64) -> Self {
        self.connection.subset = Some((size.max(1), seed));
        self
    }

    /// Finds the endpoints by this resolver. The address of the client sets only scheme and authority then.
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.connection.resolver = Some(Arc::new(resolver));
        self
    }

    /// Opens connections by this connector in place of TCP and Unix sockets.
    pub fn connector(mut self, connector: impl Connector) -> Self {
        self.connection.connector = Some(Arc::new(connector));
        self
    }

    /// Connects through an HTTP proxy, `http://HOST:PORT` or `http://USER:PASSWORD@HOST:PORT`, by `CONNECT`.
    pub fn proxy(mut self, url: impl AsRef<str>) -> Self {
        self.connection.proxy = Proxy::parse(url.as_ref()).map(Some);
        self
    }

    /// Connects through the HTTP proxy of the environment variable `HTTPS_PROXY`, if it is set, except for the hosts and
    /// domains in `NO_PROXY`.
    pub fn proxy_from_env(mut self) -> Self {
        self.connection.proxy = Proxy::from_env(|name| std::env::var(name).ok());
        self
    }
}
