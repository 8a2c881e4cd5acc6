//! How a client is made.

use std::{collections::HashMap, sync::Arc, time::Duration};

use bytes::Bytes;
use tonic::body::Body;
use tower::Service;

use super::{
    Client, Shared,
    address::{self, Address},
    budget::Budget,
    channel::Channel,
    connector::Connector,
    normalise::BoxError,
    replicas::Replicas,
    request,
    transport::{Tower, Transport},
};
use crate::{
    Error, Metadata, Method, Result, Value,
    call::method_map::MethodMap,
    grpc::compression::Encoding,
    intercept::{Chain, Target},
};

/// How long connecting may take: name, TCP and HTTP/2 together.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Servers made with this crate close connections that ask for a sign of life more often.
const LEAST_KEEP_ALIVE: Duration = Duration::from_secs(1);

/// The largest response, as in other implementations of gRPC.
const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

/// What to do about an address that is not called in plain text without being asked.
const READABLE: &str = "others on the way can read and change what is sent in plain text; use https://, or say \
                        `Client::builder(..).plaintext()` where something else encrypts, such as a mesh";

/// Makes a [`Client`] with settings of its own.
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// # use std::time::Duration;
/// let client = rust_svc::Client::builder("http://inventory:50051")
///     .plaintext()
///     .timeout(Duration::from_secs(2))
///     .metadata("authorization", "Bearer abc")
///     .build()?;
/// # Ok(()) }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct ClientBuilder {
    address: String,
    replicas: Vec<String>,
    authority: Option<String>,
    plaintext: bool,
    #[cfg(feature = "tls")]
    tls: Option<super::ClientTls>,
    connect_timeout: Duration,
    keep_alive: Option<Duration>,
    timeout: Option<Duration>,
    metadata: Vec<(String, Value)>,
    encoding: Encoding,
    max_response_bytes: usize,
    overrides: HashMap<&'static str, Method>,
    chain: Chain,
}

impl ClientBuilder {
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            replicas: Vec::new(),
            authority: None,
            plaintext: false,
            #[cfg(feature = "tls")]
            tls: None,
            connect_timeout: CONNECT_TIMEOUT,
            keep_alive: None,
            timeout: None,
            metadata: Vec::new(),
            encoding: Encoding::Identity,
            max_response_bytes: MAX_RESPONSE_BYTES,
            overrides: HashMap::new(),
            chain: Chain::new(),
        }
    }

    /// Calls this server, too, which serves the same: each call goes to the next one that is connected, and waits for the
    /// first of them if none is yet, for as long as connecting may take. What a server has not seen is sent to another one,
    /// whatever the method declares.
    pub fn replica(mut self, address: impl AsRef<str>) -> Self {
        self.replicas.push(address.as_ref().to_owned());
        self
    }

    /// Calls an `https://` address with these certificates.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: super::ClientTls) -> Self {
        self.tls = Some(tls);
        self
    }

    /// Calls in plain text, which others on the way can read and change. It needs to be said for any `http://` address
    /// but those of loopback, and is right in a mesh that encrypts.
    pub fn plaintext(mut self) -> Self {
        self.plaintext = true;
        self
    }

    /// How long connecting may take, name lookup included; 5 seconds if nothing is said. A call does not wait for it
    /// beyond its own deadline.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// Asks the server for a sign of life this often while calls are on their way, so that a server that vanished
    /// without a word is noticed and connected to again; every second at the most. Off if nothing is said, because servers of
    /// gRPC may close connections that ask more often than every 5 minutes.
    pub fn keep_alive(mut self, interval: Duration) -> Self {
        self.keep_alive = Some(interval.max(LEAST_KEEP_ALIVE));
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

    /// Puts all of `chain` around each call, after what was around it before: once, whatever the number of attempts.
    pub fn chain(mut self, chain: &Chain) -> Self {
        self.chain = self.chain.merge(chain.clone());
        self
    }

    /// The client. Fails with `INVALID_ARGUMENT` if an address or a setting is none; it does not connect yet.
    pub fn build(self) -> Result<Client> {
        let metadata = self.checked_metadata()?;
        let first = self.channel(&self.address)?;
        if self.replicas.is_empty() {
            return Ok(self.finish(metadata, Transport::Channel(Box::new(first))));
        }
        let others = self.replicas.iter().map(|address| self.channel(address)).collect::<Result<Vec<_>>>()?;
        let replicas = Replicas::new([first].into_iter().chain(others), self.connect_timeout);
        Ok(self.finish(metadata, Transport::Replicas(replicas)))
    }

    /// A client that calls a service in this process without a connection, such as `adapter::Routes` made of a generated
    /// adapter. The address is only a name then.
    pub fn build_from_service<S, B>(self, service: S) -> Result<Client>
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let metadata = self.checked_metadata()?;
        Ok(self.finish(metadata, Transport::Local(Box::new(Tower(service)))))
    }

    pub(crate) fn finish(self, metadata: Metadata, transport: Transport) -> Client {
        let headers = request::usual(self.encoding, !matches!(transport, Transport::Local(_)));
        let target = triomphe::Arc::new(Target::from(&*self.address));
        Client(Arc::new(Shared {
            chain: self.chain.calling(target.clone()),
            target,
            transport,
            headers,
            timeout: self.timeout,
            metadata,
            encoding: self.encoding,
            max_response_bytes: self.max_response_bytes,
            overrides: self.overrides,
            remotes: MethodMap::default(),
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

    fn channel(&self, text: &str) -> Result<Channel> {
        let address = self.parse(text)?;
        let origin = address.origin(self.authority.as_deref())?;
        Ok(Channel::new(self.connector(text, &address)?, origin, self.connect_timeout, self.keep_alive))
    }

    #[cfg(feature = "tls")]
    fn connector(&self, text: &str, address: &Address) -> Result<Connector> {
        let connector = Connector::new(address)?;
        match &self.tls {
            Some(_) if !address.secure => Err(address::none(text, "write https:// to use its certificates")),
            None if !address.secure => Ok(connector),
            tls => {
                let tls = tls.clone().unwrap_or_else(super::ClientTls::system);
                connector.encrypted(tls, &address.origin(self.authority.as_deref())?)
            }
        }
    }

    #[cfg(not(feature = "tls"))]
    fn connector(&self, text: &str, address: &Address) -> Result<Connector> {
        match address.secure {
            true => Err(address::none(text, "turn on the feature `tls` of rust-svc")),
            false => Connector::new(address),
        }
    }

    fn parse(&self, text: &str) -> Result<Address> {
        let address = Address::parse(text)?;
        if address.is_open() && !self.plaintext {
            return Err(address::none(text, READABLE));
        }
        Ok(address)
    }
}
