//! The client that generated code calls.

use std::{fmt, pin::pin, sync::Arc};

use tokio::{sync::watch, time::Instant};
use tracing::Instrument;

use super::{
    attempt::{RequestBody, decode, wrong_kind},
    call::{CallProgress, CallResponse, CallResponses, PolicyCall, StreamCall, begin, with_timeouts},
    config::{EffectiveConnection, EffectivePolicy},
    policy::CircuitBreaker,
    state::ClientState,
};
use crate::{Context, Error, Message, Method, Result, ServiceConfig, Streaming, intercept::ActiveCall, observe::names};

/// A remote server, and the policies by which generated clients call it.
///
/// It connects at the first call, and again after a connection broke. It is cheap to clone; clones share connections,
/// circuit breakers and the retry budget.
///
/// ```
/// # fn main() -> rust_svc::Result<()> {
/// let client = rust_svc::Client::new("http://localhost:50051")?;
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct Client(pub(super) Arc<ClientState>);

impl Client {
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
        // Encoding first keeps large requests out of the future.
        let body = RequestBody::one(request, self.0.encoding);
        async move { self.call_for_one(&method, cx, body?).await }
    }

    /// Calls a method with one request and a stream of responses. It returns when the request is on its way, which the
    /// method's timeout bounds. After that only the deadline of the context counts, and errors are items of the stream.
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
        let body = RequestBody::one(request, self.0.encoding);
        async move { self.call_for_many(&method, cx, body?).await }
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
        let body = RequestBody::stream(requests, self.0.encoding);
        self.call_for_one(&method, cx, body).await
    }

    /// Calls a method with a stream of requests and a stream of responses. It returns when the request is on its way, so
    /// that the caller can send before the server responds. An error in the stream of requests cancels the call, and ends
    /// the stream of responses.
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
        let body = RequestBody::stream(requests, self.0.encoding);
        self.call_for_many(&method, cx, body).await
    }

    /// Returns the circuit breaker of a method, to inspect or to switch it. `None` if the method declares none.
    pub fn breaker(&self, method: &Method) -> Option<Arc<CircuitBreaker>> {
        self.0.breaker(&self.0.effective(*method)).cloned()
    }

    /// Returns the circuit breakers of all methods that were called so far, by their names.
    pub fn breakers(&self) -> Vec<Arc<CircuitBreaker>> {
        self.0.breakers()
    }

    /// Replaces the service config, without a restart. Calls that have begun keep their policies, circuit breakers keep
    /// their state, and a retry budget of another size starts full.
    pub fn reload(&self, config: ServiceConfig) {
        self.0.reload(config);
    }

    /// Follows the service configs of a channel, by [`reload`](Self::reload) with its value now and after each change, until
    /// the client or the sender is dropped. It spawns a task, so it must be called in a tokio runtime.
    pub fn follow(&self, mut configs: watch::Receiver<ServiceConfig>) {
        self.reload(configs.borrow_and_update().clone());
        let client = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            while configs.changed().await.is_ok() {
                let Some(client) = client.upgrade() else { return };
                client.reload(configs.borrow_and_update().clone());
            }
        });
    }

    /// Returns the policies in force for a method, each with its source.
    pub fn policy(&self, method: &Method) -> EffectivePolicy {
        self.0.policy(method)
    }

    /// Returns the settings of connections in force, each with its source: load balancing, timeouts, windows.
    pub fn connection(&self) -> EffectiveConnection {
        self.0.connection()
    }

    async fn call_for_one<R, Place>(&self, method: &Method, cx: Context, body: RequestBody) -> Result<R>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        self.0.fallbacks.check::<R>(method)?;
        let method = &self.0.effective(*method);
        let (active, deadlines, start) = begin(&self.0, method, cx).await?;
        body.count_for(&active);
        let progress = CallProgress::default();
        let call = PolicyCall { client: &self.0, method, body: &body, active: &active, deadlines, progress: &progress };
        let call = pin!(call.run(start));
        let (response, end) = match call.instrument(active.span()).await {
            Ok(CallResponse::One(bytes, end)) => (decode(method, bytes), end),
            Ok(CallResponse::Many(_)) => (Err(wrong_kind(method)), Instant::now()),
            Err(error) => (Err(error), Instant::now()),
        };
        if response.is_ok() {
            active.received();
        }
        let code = response.as_ref().err().map(Error::code);
        let response = self.or_fallback(method, &active, &body, response);
        active.ended(code, end);
        response
    }

    /// Replaces an error by the fallback of the method, and marks the call.
    fn or_fallback<R: 'static>(
        &self,
        method: &Method,
        active: &ActiveCall,
        body: &RequestBody,
        response: Result<R>,
    ) -> Result<R> {
        if self.0.fallbacks.is_empty() {
            return response;
        }
        let (response, fallback) = self.0.fallbacks.apply(method, body.as_bytes(), response);
        if let Some(name) = fallback {
            active.cx().set_fallback(name);
            active.span().record(names::FALLBACK, name);
        }
        response
    }

    async fn call_for_many<R, Place: 'static>(
        &self,
        method: &Method,
        cx: Context,
        body: RequestBody,
    ) -> Result<Streaming<R>>
    where
        R: Message<Place, Wire: prost::Message + Default>,
    {
        let (client, method) = (self.0.clone(), self.0.effective(*method));
        let (active, deadlines, start) = begin(&client, &method, cx).await?;
        body.count_for(&active);
        let progress = CallProgress::default();
        let call = Arc::new(StreamCall { client, method, body, active, deadlines, progress });
        let started = call.start(start).await?;
        Ok(with_timeouts(CallResponses::new(call, started)).decoded())
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("target", &*self.0.target).finish_non_exhaustive()
    }
}
