//! A method of a service, as its `.proto` declares it.

use std::{fmt, time::Duration};

use super::{
    breaker::{Breaker, Bulkhead},
    field::{PolicyField, PolicyFields},
    retry::{Hedge, Retry},
    service_config::RetryThrottling,
};

/// A method of a service, with the policies that its `.proto` declares. Generated code has a constant for each.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Method {
    /// The gRPC path, such as `/inventory.v1.InventoryService/CheckStock`.
    pub path: &'static str,
    /// The sides that stream.
    pub kind: Kind,
    /// The effect of calling it twice.
    pub idempotency: Idempotency,
    /// The longest time of a call; for a method that streams its response, the longest time until
    /// its request is on its way.
    /// `None`: only the caller's deadline counts.
    pub timeout: Option<Duration>,
    /// The timeout of calls whose context sets none of its own, if there is no [`timeout`](Self::timeout).
    pub default_timeout: Option<Duration>,
    /// The cap of a call's time, which no configuration lifts.
    pub max_timeout: Option<Duration>,
    /// The longest time of an attempt; for a method that streams its response, until the response begins.
    pub attempt_timeout: Option<Duration>,
    /// The longest time until a streamed response begins, all attempts included.
    pub open_timeout: Option<Duration>,
    /// The longest time between two messages of a streamed response.
    pub idle_timeout: Option<Duration>,
    /// The longest time of a streamed response, from the beginning of the call.
    pub total_timeout: Option<Duration>,
    /// Whether calls wait for a server that cannot be reached, up to their deadline; `None`: they do not.
    pub wait_for_ready: Option<bool>,
    /// The largest request message; `None`: no limit.
    pub max_request_bytes: Option<u32>,
    /// The largest response message; `None`: the limit of the client.
    pub max_response_bytes: Option<u32>,
    /// The retry policy of clients; `None`: no retries.
    pub retry: Option<Retry>,
    /// The hedging policy of clients, which is used in place of retries.
    pub hedge: Option<Hedge>,
    /// The circuit breaker of clients; `None`: no breaker.
    pub breaker: Option<Breaker>,
    /// The bulkhead of clients; `None`: no limit.
    pub bulkhead: Option<Bulkhead>,
    /// The retry budget that a service config set when the code was generated; `None`: that of the client.
    pub throttling: Option<RetryThrottling>,
    /// The fields that a service config set when the code was generated.
    pub(crate) configured: PolicyFields,
    /// The fields that are declared for all methods of the service.
    pub(crate) inherited: PolicyFields,
}

/// The sides of a method that stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// One request, one response.
    Unary,
    /// One request, a stream of responses.
    ServerStreaming,
    /// A stream of requests, one response.
    ClientStreaming,
    /// A stream of requests, a stream of responses.
    BidiStreaming,
}

/// The effect of calling a method twice: the `idempotency_level` of its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Idempotency {
    /// Not declared.
    Unknown,
    /// The second call has no further effect.
    Idempotent,
    /// Calls have no effect.
    NoSideEffects,
}

impl Method {
    /// Declares a method with one request and one response.
    pub const fn unary(path: &'static str) -> Self {
        Self::new(path, Kind::Unary)
    }

    /// Declares a method with one request and a stream of responses.
    pub const fn server_streaming(path: &'static str) -> Self {
        Self::new(path, Kind::ServerStreaming)
    }

    /// Declares a method with a stream of requests and one response.
    pub const fn client_streaming(path: &'static str) -> Self {
        Self::new(path, Kind::ClientStreaming)
    }

    /// Declares a method with a stream of requests and a stream of responses.
    pub const fn bidi_streaming(path: &'static str) -> Self {
        Self::new(path, Kind::BidiStreaming)
    }

    const fn new(path: &'static str, kind: Kind) -> Self {
        Self {
            path,
            kind,
            idempotency: Idempotency::Unknown,
            timeout: None,
            default_timeout: None,
            max_timeout: None,
            attempt_timeout: None,
            open_timeout: None,
            idle_timeout: None,
            total_timeout: None,
            wait_for_ready: None,
            max_request_bytes: None,
            max_response_bytes: None,
            retry: None,
            hedge: None,
            breaker: Some(Breaker::DEFAULT),
            bulkhead: None,
            throttling: None,
            configured: PolicyFields::NONE,
            inherited: PolicyFields::NONE,
        }
    }

    /// Declares the policies of all methods of a service, which [`with_defaults`](Self::with_defaults) applies.
    pub const fn service_defaults() -> Self {
        Self::unary("")
    }

    /// Applies the policies that the service declares for all its methods. Later calls replace them.
    pub const fn with_defaults(self, defaults: Self) -> Self {
        let Self { path, kind, idempotency, .. } = self;
        let streams = !kind.returns_one();
        Self {
            path,
            kind,
            idempotency,
            open_timeout: if streams { defaults.open_timeout } else { None },
            idle_timeout: if streams { defaults.idle_timeout } else { None },
            total_timeout: if streams { defaults.total_timeout } else { None },
            inherited: PolicyFields::ALL,
            ..defaults
        }
    }

    /// Declares that a second call has no further effect.
    pub const fn idempotent(mut self) -> Self {
        self.idempotency = Idempotency::Idempotent;
        self
    }

    /// Declares that calls have no effect.
    pub const fn no_side_effects(mut self) -> Self {
        self.idempotency = Idempotency::NoSideEffects;
        self
    }

    /// Sets the longest time of a call, in milliseconds, in place of a [default](Self::default_timeout_ms).
    pub const fn timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::Timeout);
        self.default_timeout = None;
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the timeout of calls whose context sets none of its own, in milliseconds, in place of [another](Self::timeout_ms).
    pub const fn default_timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::Timeout);
        self.timeout = None;
        self.default_timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the cap of a call's time, which no configuration lifts, in milliseconds.
    pub const fn max_timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::MaxTimeout);
        self.max_timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the longest time of an attempt, in milliseconds.
    pub const fn attempt_timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::AttemptTimeout);
        self.attempt_timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the longest time until a streamed response begins, in milliseconds.
    pub const fn open_timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::OpenTimeout);
        self.open_timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the longest time between two messages of a streamed response, in milliseconds.
    pub const fn idle_timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::IdleTimeout);
        self.idle_timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the longest time of a streamed response, in milliseconds.
    pub const fn total_timeout_ms(mut self, millis: u64) -> Self {
        self.inherited = self.inherited.without(PolicyField::TotalTimeout);
        self.total_timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Lets calls wait for a server that cannot be reached, up to their deadline, or not.
    pub const fn wait_for_ready(mut self, waits: bool) -> Self {
        self.inherited = self.inherited.without(PolicyField::WaitForReady);
        self.wait_for_ready = Some(waits);
        self
    }

    /// Limits the size of a request message. A larger one is not sent, and fails with `RESOURCE_EXHAUSTED`.
    pub const fn max_request_bytes(mut self, bytes: u32) -> Self {
        self.inherited = self.inherited.without(PolicyField::MaxRequestBytes);
        self.max_request_bytes = Some(bytes);
        self
    }

    /// Limits the size of a response message. A larger one fails with `RESOURCE_EXHAUSTED`.
    pub const fn max_response_bytes(mut self, bytes: u32) -> Self {
        self.inherited = self.inherited.without(PolicyField::MaxResponseBytes);
        self.max_response_bytes = Some(bytes);
        self
    }

    /// Sets the retry policy of clients, in place of a hedging policy.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.inherited = self.inherited.without(PolicyField::Repetition);
        self.hedge = None;
        self.retry = Some(retry);
        self
    }

    /// Sets the hedging policy of clients, in place of a retry policy.
    pub const fn hedge(mut self, hedge: Hedge) -> Self {
        self.inherited = self.inherited.without(PolicyField::Repetition);
        self.retry = None;
        self.hedge = Some(hedge);
        self
    }

    /// Sets the bulkhead of clients.
    pub const fn bulkhead(mut self, bulkhead: Bulkhead) -> Self {
        self.inherited = self.inherited.without(PolicyField::Bulkhead);
        self.bulkhead = Some(bulkhead);
        self
    }

    /// Sets the retry budget: the most tokens, and those that a success adds. All methods of a client with an equal budget
    /// share it. Code and service configs at run time replace it.
    pub const fn retry_throttling(mut self, max_tokens: f64, token_ratio: f64) -> Self {
        self.throttling = Some(RetryThrottling { max_tokens, token_ratio });
        self
    }

    /// Declares that a service config set these fields when the code was generated.
    pub const fn configured(mut self, fields: &[PolicyField]) -> Self {
        self.configured = PolicyFields::of(fields);
        self
    }

    /// Returns true if a service config set this policy when the code was generated.
    pub const fn is_configured(&self, field: PolicyField) -> bool {
        self.configured.contains(field)
    }

    /// Returns true if this policy, if there is one, is declared for all methods of the service.
    pub const fn is_inherited(&self, field: PolicyField) -> bool {
        self.inherited.contains(field)
    }

    /// Sets the circuit breaker of clients.
    pub const fn breaker(mut self, breaker: Breaker) -> Self {
        self.inherited = self.inherited.without(PolicyField::Breaker);
        self.breaker = Some(breaker);
        self
    }

    /// Declares that clients use no circuit breaker.
    pub const fn no_breaker(mut self) -> Self {
        self.inherited = self.inherited.without(PolicyField::Breaker);
        self.breaker = None;
        self
    }

    /// Returns the full name of the service, such as `inventory.v1.InventoryService`.
    pub fn service(&self) -> &'static str {
        self.split().0
    }

    /// Returns the name of the method, such as `CheckStock`.
    pub fn name(&self) -> &'static str {
        self.split().1
    }

    /// Returns the full name of the method, such as `inventory.v1.InventoryService/CheckStock`.
    pub fn full_name(&self) -> &'static str {
        self.path.trim_start_matches('/')
    }

    fn split(&self) -> (&'static str, &'static str) {
        self.full_name().split_once('/').unwrap_or((self.full_name(), ""))
    }
}

/// Displays the full name, such as `inventory.v1.InventoryService/CheckStock`.
impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.full_name())
    }
}

impl Kind {
    /// Returns true if there is exactly one request.
    pub const fn takes_one(self) -> bool {
        matches!(self, Self::Unary | Self::ServerStreaming)
    }

    /// Returns true if requests or responses are a stream.
    #[cfg(feature = "websocket")]
    pub(crate) const fn is_stream(self) -> bool {
        !matches!(self, Self::Unary)
    }

    /// Returns true if there is exactly one response.
    pub const fn returns_one(self) -> bool {
        matches!(self, Self::Unary | Self::ClientStreaming)
    }
}
