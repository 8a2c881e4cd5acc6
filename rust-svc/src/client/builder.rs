//! How a client is made.

use std::{
    collections::HashMap,
    sync::{Arc, RwLock},
    time::Duration,
};

use bytes::Bytes;
use http::{Uri, uri::Authority};
use tonic::{body::Body, transport::Endpoint};
use tower::Service;

use super::{
    Client, Shared,
    budget::Budget,
    compression::Encoding,
    normalise::BoxError,
    transport::{Connection, InProcess, Transport},
};
use crate::{Error, Metadata, Method, Result, Value};

/// How long connecting may take: name, TCP and HTTP/2 together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the server has to answer to a question for a sign of life.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// The largest response, as in other implementations of gRPC.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// Makes a [`Client`] with settings of its own.
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// # use std::time::Duration;
/// let client = rust_svc::Client::builder("http://inventory:50051")
///     .timeout(Duration::from_secs(2))
///     .metadata("authorization", "Bearer abc")
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    address: String,
    authority: Option<String>,
    connect_timeout: Duration,
    keep_alive: Option<Duration>,
    timeout: Option<Duration>,
    metadata: Vec<(String, Value)>,
    encoding: Encoding,
    max_response_bytes: usize,
    overrides: HashMap<&'static str, Method>,
}

impl ClientBuilder {
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            authority: None,
            connect_timeout: CONNECT_TIMEOUT,
            keep_alive: None,
            timeout: None,
            metadata: Vec::new(),
            encoding: Encoding::Identity,
            max_response_bytes: MAX_RESPONSE_BYTES,
            overrides: HashMap::new(),
        }
    }

    /// How long connecting may take, name lookup included; 5 seconds if nothing is said. A call does not wait for it
    /// beyond its own deadline.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Asks the server for a sign of life this often while calls are on their way, so that a server that vanished
    /// without a word is noticed and connected to again. Off if nothing is said, because servers of gRPC may close connections
    /// that ask more often than every 5 minutes.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = Some(interval);
        self
    }

    /// How long a call may take if its method declares no timeout. It holds for calls with one request and one
    /// response.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds metadata to every call.
    pub fn metadata(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.push((key.to_owned(), value.into()));
        self
    }

    /// The host, and the port if it is not the usual one, that the server is told it is called by, in place of those of
    /// the address.
    pub fn authority(mut self, authority: &str) -> Self {
        self.authority = Some(authority.to_owned());
        self
    }

    /// Compresses requests with gzip, which the server must know. Responses may be compressed whether or not requests
    /// are; most servers do with a response as was done with its request.
    pub fn gzip(mut self) -> Self {
        self.encoding = Encoding::Gzip;
        self
    }

    /// How large a response may be, in bytes and decompressed; 4 MiB if nothing is said. A larger one is `RESOURCE_EXHAUSTED`.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Calls a method by another policy than it declares, such as `CHECK_STOCK.timeout_ms(50).no_breaker()`.
    pub fn method(mut self, method: Method) -> Self {
        self.overrides.insert(method.path, method);
        self
    }

    /// The client. Fails with `INVALID_ARGUMENT` if the address or a setting is none; it does not connect yet.
    pub fn build(self) -> Result<Client> {
        let endpoint = self.endpoint()?;
        let metadata = self.checked_metadata()?;
        let connection = Connection::new(endpoint, self.connect_timeout);
        Ok(self.finish(metadata, Box::new(connection)))
    }

    /// A client that calls a service in this process, such as a generated adapter, without a connection. The address
    /// is only a name then.
    pub fn build_from_service<S, B>(self, service: S) -> Result<Client>
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let metadata = self.checked_metadata()?;
        Ok(self.finish(metadata, Box::new(InProcess(service))))
    }

    pub(crate) fn finish(self, metadata: Metadata, transport: Box<dyn Transport>) -> Client {
        Client(Arc::new(Shared {
            target: self.address,
            transport,
            timeout: self.timeout,
            metadata,
            encoding: self.encoding,
            max_response_bytes: self.max_response_bytes,
            overrides: self.overrides,
            breakers: RwLock::default(),
            budget: Budget::new(),
        }))
    }

    fn checked_metadata(&self) -> Result<Metadata> {
        let mut metadata = Metadata::new();
        for (key, value) in &self.metadata {
            metadata.append(key, value.clone()).map_err(|error| Error::invalid_argument(error.message()))?;
        }
        Ok(metadata)
    }

    fn endpoint(&self) -> Result<Endpoint> {
        let address: Uri = self.address.parse().map_err(|_| self.no_address("write http://HOST:PORT"))?;
        match address.scheme_str() {
            _ if !address.authority().is_some_and(is_complete) => return Err(self.no_address("write http://HOST:PORT")),
            Some("http") if address.path() == "/" && address.query().is_none() => (),
            Some("http") => return Err(self.no_address("leave out what follows the port")),
            Some("https") => return Err(self.no_address("TLS is not supported, use http:// or a proxy that adds TLS")),
            _ => return Err(self.no_address("write http://HOST:PORT")),
        }
        let endpoint = Endpoint::from(address.clone());
        let agent = concat!("rust-svc/", env!("CARGO_PKG_VERSION"));
        let endpoint = endpoint.user_agent(agent).map_err(Error::internal)?;
        let endpoint = match self.keep_alive {
            Some(interval) => endpoint.http2_keep_alive_interval(interval).keep_alive_timeout(KEEP_ALIVE_TIMEOUT),
            None => endpoint,
        };
        match &self.authority {
            Some(authority) => Ok(endpoint.origin(origin(authority)?)),
            None => Ok(endpoint),
        }
    }

    fn no_address(&self, help: &str) -> Error {
        Error::invalid_argument(format!("`{}` is not an address that can be called: {help}", self.address))
    }
}

/// HTTP allows an empty host and any digits for a port.
fn is_complete(authority: &Authority) -> bool {
    let port = authority.as_str().rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    !authority.host().is_empty() && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

fn origin(authority: &str) -> Result<Uri> {
    let wrong = || Error::invalid_argument(format!("`{authority}` is not an authority: write HOST or HOST:PORT"));
    let authority: Authority = authority.parse().map_err(|_| wrong())?;
    Uri::builder().scheme("http").authority(authority.clone()).path_and_query("/").build().map_err(|_| wrong())
}
