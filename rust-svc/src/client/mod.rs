//! A service trait to a remote gRPC server.
//!
//! A generated client implements the trait by handing each call to a [`Client`], which takes it through its policies,
//! from the outside in:
//!
//! | policy | declared by | what it does |
//! |---|---|---|
//! | cancellation | the caller's [`Context`] | ends the call when nobody waits for it any more |
//! | deadline | the context and [`Method::timeout`] | bounds everything from connecting to the last trailer |
//! | retry | [`Method::retry`], [`Method::idempotency`] | tries again what may be tried again, with growing waits |
//! | retry budget | the client | stops trying again when most of the calls of the client fail |
//! | circuit breaker | [`Method::breaker`] | stops calling a method that keeps failing, and probes it now and then |
//!
//! A request is encoded once, and the same bytes are sent in each attempt.

mod address;
mod attempt;
mod backoff;
mod breaker;
mod budget;
mod builder;
mod call;
mod channel;
mod connection;
mod connector;
mod deadline;
mod failure;
mod frame;
mod head;
mod heard;
mod idempotency;
mod incoming;
mod message;
mod normalise;
mod replicas;
mod replies;
mod request;
mod requests;
mod retry;
mod settings;
mod status;
#[cfg(feature = "tls")]
mod tls;
mod transport;
mod upload;

use std::{
    collections::HashMap,
    fmt,
    pin::pin,
    sync::{Arc, OnceLock},
    time::Duration,
};

pub use breaker::{BreakerState, CircuitBreaker, Open, Snapshot};
pub use builder::ClientBuilder;
#[cfg(feature = "tls")]
pub use tls::ClientTls;

use bytes::Bytes;
use http::{
    HeaderMap,
    uri::{InvalidUri, PathAndQuery},
};
use tokio::time::Instant;
use tracing::Instrument;

use self::{
    attempt::Answer,
    budget::Budget,
    deadline::Deadlines,
    normalise::BoxError,
    replies::Replies,
    requests::Requests,
    transport::{Tower, Transport},
};
use crate::{
    Context, Error, Message, Metadata, Method, Result, Streaming,
    call::method_map::MethodMap,
    call::run_until::run_until_cancelled,
    grpc::compression::Encoding,
    intercept::{ActiveCall, Chain, Side, Target},
};

/// What generated clients hold: a remote server, and the policies with which it is called.
///
/// It connects at the first call, and again after a connection broke. It is cheap to clone; clones share connection,
/// circuit breakers and retry budget.
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// let client = rust_svc::Client::new("http://localhost:50051")?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client(Arc<Shared>);

/// What the clones of a client share.
struct Shared {
    target: triomphe::Arc<Target>,
    transport: Transport,
    /// Those that all requests have.
    headers: HeaderMap,
    timeout: Option<Duration>,
    metadata: Metadata,
    encoding: Encoding,
    max_response_bytes: usize,
    overrides: HashMap<&'static str, Method>,
    remotes: MethodMap<Remote>,
    budget: Budget,
    chain: Chain,
}

/// What is kept of a method from call to call.
#[derive(Default)]
struct Remote {
    path: OnceLock<PathAndQuery>,
    breaker: OnceLock<Arc<CircuitBreaker>>,
}

impl Client {
    /// A client of the server at an address such as `http://localhost:50051` or `unix:/run/shop.sock`. It does not
    /// connect yet, so it fails only if the address is none, or if it would call another machine in plain text without
    /// being [told to](ClientBuilder::plaintext).
    pub fn new(address: impl AsRef<str>) -> Result<Self> {
        Self::builder(address).build()
    }

    /// A client of the server at an address such as `http://localhost:50051`, with settings of its own.
    pub fn builder(address: impl AsRef<str>) -> ClientBuilder {
        ClientBuilder::new(address.as_ref())
    }

    /// A client that calls a service in this process without a connection, such as `adapter::Routes` made of a generated
    /// adapter.
    pub fn from_service<S, B>(service: S) -> Self
    where
        S: tower::Service<http::Request<tonic::body::Body>, Response = http::Response<B>>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Error: Into<BoxError>,
        S::Future: Send,
        B: http_body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        ClientBuilder::new("in-process").finish(Metadata::new(), Transport::Local(Box::new(Tower(service))))
    }

    /// Calls a method with one request and one response.
    #[inline]
    pub fn unary<Q, R, QPlace, RPlace>(
        &self,
        method: Method,
        cx: Context,
        request: Q,
    ) -> impl Future<Output = Result<R>> + Send
    where
        Q: Message<QPlace, Wire: prost::Message + Default>,
        R: Message<RPlace, Wire: prost::Message + Default>,
    {
        // Some requests are large, and the future need not be.
        let requests = Requests::one(request, self.0.encoding);
        async move { self.one(&method, cx, requests?).await }
    }

    /// Calls a method with one request and a stream of responses. It returns when the server has accepted the call;
    /// until then the method's timeout counts, after that only the deadline of the context.
    #[inline]
    pub fn server_streaming<Q, R, QPlace, RPlace: 'static>(
        &self,
        method: Method,
        cx: Context,
        request: Q,
    ) -> impl Future<Output = Result<Streaming<R>>> + Send
    where
        Q: Message<QPlace, Wire: prost::Message + Default>,
        R: Message<RPlace, Wire: prost::Message + Default>,
    {
        let requests = Requests::one(request, self.0.encoding);
        async move { self.many(&method, cx, requests?).await }
    }

    /// Calls a method with a stream of requests and one response. An error in the stream of requests cancels the call,
    /// and is its result.
    pub async fn client_streaming<Q, R, QPlace: 'static, RPlace>(
        &self,
        method: Method,
        cx: Context,
        requests: Streaming<Q>,
    ) -> Result<R>
    where
        Q: Message<QPlace, Wire: prost::Message + Default> + 'static,
        R: Message<RPlace, Wire: prost::Message + Default>,
    {
        let requests = Requests::many(requests, self.0.encoding);
        self.one(&method, cx, requests).await
    }

    /// Calls a method with a stream of requests and a stream of responses. It returns when the server has accepted the
    /// call. An error in the stream of requests cancels the call, and ends the stream of responses.
    pub async fn bidi_streaming<Q, R, QPlace: 'static, RPlace: 'static>(
        &self,
        method: Method,
        cx: Context,
        requests: Streaming<Q>,
    ) -> Result<Streaming<R>>
    where
        Q: Message<QPlace, Wire: prost::Message + Default> + 'static,
        R: Message<RPlace, Wire: prost::Message + Default>,
    {
        let requests = Requests::many(requests, self.0.encoding);
        self.many(&method, cx, requests).await
    }

    /// The circuit breaker of a method, to look at or to switch. `None` if the method declares none.
    pub fn breaker(&self, method: &Method) -> Option<Arc<CircuitBreaker>> {
        self.0.breaker(self.0.effective(method)).cloned()
    }

    async fn one<R, Place>(&self, method: &Method, cx: Context, requests: Requests) -> Result<R>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        let method = self.0.effective(method);
        let (running, deadlines, start) = self.0.begin(method, cx).await?;
        requests.count(&running);
        let call = pin!(self.0.call(method, &requests, &running, deadlines, start));
        let (answer, end) = match call.instrument(running.span()).await {
            Ok(Answer::One(bytes, end)) => (message::decode(method, bytes), end),
            Ok(Answer::Many(_)) => (Err(message::wrong_kind(method)), Instant::now()),
            Err(error) => (Err(error), Instant::now()),
        };
        if answer.is_ok() {
            running.received();
        }
        running.ended(answer.as_ref().err().map(Error::code), end);
        answer
    }

    async fn many<R, Place: 'static>(&self, method: &Method, cx: Context, requests: Requests) -> Result<Streaming<R>>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        let method = self.0.effective(method);
        let (running, deadlines, start) = self.0.begin(method, cx).await?;
        requests.count(&running);
        let answer = {
            let call = pin!(self.0.call(method, &requests, &running, deadlines, start));
            call.instrument(running.span()).await
        };
        let answer = answer.and_then(|answer| match answer {
            Answer::Many(opened) => Ok(opened),
            Answer::One(..) => Err(message::wrong_kind(method)),
        });
        let opened = answer.inspect_err(|error| running.end(Some(error.code())))?;
        Ok(Replies::new(method, requests, opened, running).typed())
    }
}

impl Shared {
    /// The method as this client was told to call it, or else as it is declared.
    fn effective<'a>(&'a self, method: &'a Method) -> &'a Method {
        self.overrides.get(method.path).unwrap_or(method)
    }

    /// Begins a call with what is around it, and tells when that had let it pass. The call's time counts from its beginning.
    async fn begin(&self, method: &Method, cx: Context) -> Result<(ActiveCall, Deadlines, Instant)> {
        let began = Instant::now();
        let mut opening = self.chain.clone().open(method, Side::Client, None, cx, began);
        let cancellation = opening.cx().cancellation();
        let end = || cancellation.or_at(deadline::declared(method, self.timeout, began)).cancelled();
        let passed = run_until_cancelled(end, pin!(opening.pass(began))).await;
        let Some(passed) = passed else {
            let is_late = deadline::declared(method, self.timeout, began).is_some_and(|end| end <= Instant::now());
            let error = if is_late { deadline::exceeded(method) } else { call::ended(method, opening.cx()) };
            opening.end(error.code());
            return Err(error);
        };
        let (start, running) = (passed?, opening.run());
        let deadlines = Deadlines::of(method, running.cx(), self.timeout, began, start);
        let deadlines = deadlines.inspect_err(|error| running.ended(Some(error.code()), start))?;
        Ok((running, deadlines, start))
    }

    fn breaker(&self, method: &Method) -> Option<&Arc<CircuitBreaker>> {
        let policy = method.breaker?;
        let new = || Arc::new(CircuitBreaker::new(self.target.clone(), method, policy, self.chain.clone()));
        Some(self.remote(method).breaker.get_or_init(new))
    }

    /// The path of a method. Fails if it has none.
    fn path(&self, method: &Method) -> Result<PathAndQuery, InvalidUri> {
        let known = &self.remote(method).path;
        if let Some(path) = known.get() {
            return Ok(path.clone());
        }
        let path = PathAndQuery::from_maybe_shared(Bytes::from_static(method.path.as_bytes()))?;
        Ok(known.get_or_init(|| path).clone())
    }

    fn remote(&self, method: &Method) -> &Remote {
        self.remotes.get(method.path, Remote::default)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("target", &*self.0.target).finish_non_exhaustive()
    }
}
