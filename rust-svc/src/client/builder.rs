//! Builds clients.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use bytes::Bytes;
use tower::{Layer, Service};

use super::{
    attempt::{RequestDefaults, default_headers},
    call::{Fallback, Fallbacks},
    config::{MAX_RESPONSE_BYTES, PolicyTable},
    connection_settings::ConnectionSettings,
    handle::Client,
    policy::{Budget, Endpoints},
    state::ClientState,
    token::{BearerToken, TokenProvider},
    transport::{ClientLayers, HttpService, InProcess, Transport},
};
use crate::{
    Error, Metadata, Method, Result, RetryThrottling, ServiceConfig, Value,
    call::method::MethodMap,
    error::BoxError,
    grpc::{Body, compression::Encoding},
    intercept::{Chain, EndpointChange, Target},
};

/// Builds a [`Client`].
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
    pub(super) connection: ConnectionSettings,
    timeout: Option<Duration>,
    metadata: Vec<(String, Value)>,
    encoding: Encoding,
    max_response_bytes: usize,
    overrides: HashMap<&'static str, Method>,
    config: ServiceConfig,
    throttling: Option<RetryThrottling>,
    fallbacks: Fallbacks,
    chain: Chain,
    layers: ClientLayers,
}

impl Client {
    /// Creates a client of the server at an address such as `http://localhost:50051` or `unix:/run/shop.sock`. It does not
    /// connect yet. Fails if the address is invalid, or if it would call another machine in plaintext without
    /// [`plaintext`](ClientBuilder::plaintext).
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        Self::builder(address).build()
    }

    /// Configures a client of the server at an address such as `http://localhost:50051`.
    pub fn builder(address: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(address.as_ref())
    }

    /// Creates a client that calls a service in this process without a connection, such as `adapter::Routes` made of a
    /// generated adapter.
    pub fn from_service<S, B>(service: S) -> Self
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        ClientBuilder::new("in-process").finish(Metadata::new(), Transport::InProcess(InProcess::new(service)), None)
    }
}

impl ClientBuilder {
    fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            connection: ConnectionSettings::default(),
            timeout: None,
            metadata: Vec::new(),
            encoding: Encoding::Identity,
            max_response_bytes: MAX_RESPONSE_BYTES,
            overrides: HashMap::new(),
            config: ServiceConfig::default(),
            throttling: None,
            fallbacks: Fallbacks::default(),
            chain: Chain::new(),
            layers: ClientLayers::default(),
        }
    }

    /// Sets the timeout of unary calls whose method declares none.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Adds metadata to all calls.
    pub fn metadata(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.metadata.push((key.to_owned(), value.into()));
        self
    }

    /// Compresses requests with gzip, which the server must support. Compressed responses are always accepted.
    pub fn gzip(mut self) -> Self {
        self.encoding = Encoding::Gzip;
        self
    }

    /// Limits the decompressed size of a response message; the default is 4 MiB. A larger one is `RESOURCE_EXHAUSTED`.
    pub fn max_response_bytes(mut self, bytes: usize) -> Self {
        self.max_response_bytes = bytes;
        self
    }

    /// Overrides the policies of a method, such as `CHECK_STOCK.timeout_ms(50).no_breaker()`. Those that equal the
    /// declaration stay open to a service config.
    pub fn method(mut self, method: Method) -> Self {
        self.overrides.insert(method.path, method);
        self
    }

    /// Sets the policies of a gRPC service config. They count more than those of the contract, and less than
    /// [`method`](Self::method). [`Client::reload`] replaces them.
    pub fn service_config(mut self, config: ServiceConfig) -> Self {
        self.config = config;
        self
    }

    /// Sets the retry budget: the most tokens, and those that a success adds. A failed attempt takes one, and there are no
    /// retries while at most half are left. The default is 10 and 0.1; a service config does not change what is set here.
    pub fn retry_budget(mut self, max_tokens: f64, token_ratio: f64) -> Self {
        self.throttling = Some(RetryThrottling { max_tokens, token_ratio });
        self
    }

    /// Sets what takes the place of the response of a method whose call fails because of its server. The method has one
    /// request and one response, of type `R`; with another type, its calls fail with `INTERNAL`.
    pub fn fallback<R: Send + Sync + 'static>(mut self, method: &Method, fallback: Fallback<R>) -> Self {
        self.fallbacks.insert(method, fallback);
        self
    }

    /// Adds interceptors and observers of calls. They run once per call, whatever the number of attempts.
    pub fn chain(mut self, chain: &Chain) -> Self {
        self.chain = self.chain.merge(chain.clone());
        self
    }

    /// Wraps the HTTP requests of all attempts in a tower layer, for example one of tower-http. Layers that are added later are
    /// outside. Policies are around all layers: a layer sees each attempt by itself, and its errors are `UNAVAILABLE`.
    pub fn layer<L, B>(mut self, layer: L) -> Self
    where
        L: Layer<HttpService> + Send + Sync + 'static,
        L::Service: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        <L::Service as Service<http::Request<Body>>>::Error: Into<BoxError>,
        <L::Service as Service<http::Request<Body>>>::Future: Send + 'static,
        B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
    {
        self.layers.push(layer);
        self
    }

    /// Adds a bearer token from `fetch` to all calls. It is fetched again when it expires, see [`TokenProvider`].
    pub fn token_provider<F>(self, fetch: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<BearerToken>> + Send + 'static,
    {
        self.chain(&Chain::new().intercept(TokenProvider::new(fetch)))
    }

    /// Builds the client, which does not connect yet. Fails with `INVALID_ARGUMENT` if an address or a setting is invalid.
    pub fn build(self) -> Result<Client> {
        let metadata = self.checked_metadata()?;
        let endpoints = self.connection.has_several(&self.address)?.then(|| Arc::new(self.endpoints()));
        let fleet = self.connection.fleet(&self.address, endpoints.clone())?;
        Ok(self.finish(metadata, Transport::Fleet(fleet), endpoints))
    }

    /// Creates the health of several endpoints, whose ejections the observers see.
    fn endpoints(&self) -> Endpoints {
        let (chain, target) = (self.chain.clone(), triomphe::Arc::new(Target::from(&*self.address)));
        Endpoints::new(move |endpoint, event| {
            chain.endpoint_changed(&EndpointChange::new(target.clone(), endpoint, event));
        })
    }

    /// Builds a client that calls a service in this process without a connection, such as `adapter::Routes` made of a
    /// generated adapter. The address is only a name then.
    pub fn build_from_service<S, B>(self, service: S) -> Result<Client>
    where
        S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + Sync + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let metadata = self.checked_metadata()?;
        Ok(self.finish(metadata, Transport::InProcess(InProcess::new(service)), None))
    }

    fn finish(self, metadata: Metadata, transport: Transport, endpoints: Option<Arc<Endpoints>>) -> Client {
        let transport = transport.layered(&self.layers);
        let headers = default_headers(self.encoding, transport.is_remote());
        let budget = Budget::new();
        budget.configure(self.throttling.or(self.config.retry_throttling()));
        let target = triomphe::Arc::new(Target::from(&*self.address));
        Client(Arc::new(ClientState {
            connection: transport.is_remote().then(|| Box::new(self.connection)),
            chain: self.chain.calling(target.clone()),
            target,
            transport,
            defaults: RequestDefaults { headers, metadata },
            timeout: self.timeout,
            encoding: self.encoding,
            max_response_bytes: self.max_response_bytes,
            policies: ArcSwap::from_pointee(PolicyTable::new(self.overrides.into(), self.config)),
            own_throttling: self.throttling,
            fallbacks: self.fallbacks,
            breakers: Mutex::default(),
            methods: MethodMap::default(),
            budget,
            compiled_budgets: Mutex::default(),
            endpoints,
        }))
    }

    fn checked_metadata(&self) -> Result<Metadata> {
        if let Some(method) = self.fallbacks.stream() {
            return Err(Error::invalid_argument(format!("a fallback of {method}, which streams its responses")));
        }
        let mut metadata = Metadata::new();
        for (key, value) in &self.metadata {
            metadata.append(key, value.clone()).map_err(|error| Error::invalid_argument(error.to_string()))?;
        }
        Ok(metadata)
    }
}
