//! Implements a service trait by calls to a remote gRPC server.
//!
//! A generated client passes each call to a [`Client`], which applies these policies, from the outside in:
//!
//! | policy | declared by | effect |
//! |---|---|---|
//! | cancellation | the caller's [`Context`](crate::Context) | ends the call when no caller waits for it |
//! | deadline | the context and [`Method::timeout`](crate::Method::timeout) | bounds everything from connecting to the last trailer |
//! | retry | [`Method::retry`](crate::Method::retry), [`Method::idempotency`](crate::Method::idempotency) | repeats failed attempts with growing waits |
//! | retry budget | the client | stops retries while most calls of the client fail |
//! | circuit breaker | [`Method::breaker`](crate::Method::breaker) | stops calling a method that keeps failing, and probes it |
//!
//! A request is encoded once, and each attempt sends the same bytes.

mod attempt;
mod builder;
mod call;
mod config;
mod connection_options;
mod connection_settings;
mod connectivity;
mod handle;
mod policy;
mod state;
#[cfg(feature = "tls")]
mod tls;
mod token;
mod transport;

pub use crate::net::ByteStream;
#[cfg(feature = "tls")]
pub use tls::ClientTls;
pub use {
    crate::intercept::BreakerState,
    attempt::WhenUnreachable,
    builder::ClientBuilder,
    call::Fallback,
    config::{ConnectionSetting, EffectiveConnection, EffectivePolicy, PolicySource, PolicyValue},
    connectivity::Connectivity,
    handle::Client,
    policy::{BreakerSnapshot, BulkheadFull, CircuitBreaker, CircuitOpen},
    token::{BearerToken, TokenProvider},
    transport::{
        ConnectivityState, Connector, Endpoint, EndpointUpdates, HttpService, LoadBalancing, Refresh, Resolver,
    },
};
#[cfg(feature = "measured")]
#[doc(hidden)]
pub use {
    policy::{MeasuredBreaker, MeasuredHealth},
    transport::MeasuredChoice,
};
