//! A method of a service, as its `.proto` declares it.

use std::{fmt, time::Duration};

use super::policies::{Breaker, Retry};

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
    /// The retry policy of clients; `None`: no retries.
    pub retry: Option<Retry>,
    /// The circuit breaker of clients; `None`: no breaker.
    pub breaker: Option<Breaker>,
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
        let breaker = Some(Breaker::DEFAULT);
        Self { path, kind, idempotency: Idempotency::Unknown, timeout: None, retry: None, breaker }
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

    /// Sets the longest time of a call, in milliseconds.
    pub const fn timeout_ms(mut self, millis: u64) -> Self {
        self.timeout = Some(Duration::from_millis(millis));
        self
    }

    /// Sets the retry policy of clients.
    pub const fn retry(mut self, retry: Retry) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Sets the circuit breaker of clients.
    pub const fn breaker(mut self, breaker: Breaker) -> Self {
        self.breaker = Some(breaker);
        self
    }

    /// Declares that clients use no circuit breaker.
    pub const fn no_breaker(mut self) -> Self {
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

    /// Returns true if there is exactly one response.
    pub const fn returns_one(self) -> bool {
        matches!(self, Self::Unary | Self::ClientStreaming)
    }
}
