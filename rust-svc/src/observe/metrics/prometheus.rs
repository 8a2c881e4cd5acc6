//! The observer that counts and times calls.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use prometheus_client::{encoding::text::encode, registry::Registry};

use super::{
    breakers::BreakerMetrics,
    calls::{self, AttemptMetrics, CallMetrics},
    endpoints::EndpointMetrics,
    http_requests::HttpMetrics,
    panics::PanicMetrics,
};
use crate::intercept::{BreakerStateChange, Call, EndpointChange, Observer, Outcome, Side};

/// Counts and times calls, with the names in [`names`](crate::observe::names), and prints them in the text format of
/// OpenMetrics, which Prometheus reads.
///
/// Clones share their counters. One value serves all servers and clients of a process:
///
/// ```
/// use rust_svc::{intercept::Chain, observe::Metrics};
///
/// let metrics = Metrics::new();
/// let chain = Chain::new().observe(metrics.clone());
/// println!("{}", metrics.text());
/// ```
#[derive(Clone)]
pub struct Metrics(Arc<Instruments>);

struct Instruments {
    server: Arc<CallMetrics>,
    client: Arc<CallMetrics>,
    attempts: Arc<AttemptMetrics>,
    http: HttpMetrics,
    panics: PanicMetrics,
    breakers: BreakerMetrics,
    endpoints: Arc<EndpointMetrics>,
    registry: RwLock<Registry>,
}

impl Metrics {
    /// Creates metrics without values.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let instruments = Instruments {
            server: CallMetrics::register(&mut registry, calls::SERVER),
            client: CallMetrics::register(&mut registry, calls::CLIENT),
            attempts: AttemptMetrics::register(&mut registry),
            http: HttpMetrics::register(&mut registry),
            panics: PanicMetrics::register(&mut registry),
            breakers: BreakerMetrics::register(&mut registry),
            endpoints: EndpointMetrics::register(&mut registry),
            registry: RwLock::new(registry),
        };
        Self(Arc::new(instruments))
    }

    /// Returns the metrics in the text format of OpenMetrics 1.0.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.0.registry.read().unwrap_or_else(PoisonError::into_inner);
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }

    /// Registers other metrics, which are printed with these.
    pub fn register(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.0.registry.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Returns a router for `GET /metrics`. Serve it on a port that is not public.
    #[cfg(any(feature = "gateway", feature = "server"))]
    pub fn router(&self) -> axum::Router {
        const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let metrics = self.clone();
        let get = axum::routing::get(move || async move { ([("content-type", CONTENT_TYPE)], metrics.text()) });
        axum::Router::new().route("/metrics", get)
    }

    fn calls(&self, side: Side) -> &CallMetrics {
        match side {
            Side::Server => &self.0.server,
            Side::Client => &self.0.client,
        }
    }
}

impl Observer for Metrics {
    fn began(&self, call: &Call) {
        match call.route() {
            Some(route) => self.0.http.began(route),
            None => self.calls(call.side()).began(call),
        }
    }

    fn ended(&self, call: &Call, outcome: &Outcome) {
        match call.route() {
            Some(route) => self.0.http.ended(route, outcome),
            None => self.calls(call.side()).ended(call, outcome),
        }
    }

    fn attempted(&self, call: &Call, outcome: &Outcome) {
        self.0.attempts.ended(call, outcome);
        self.0.endpoints.attempted(call, outcome);
    }

    fn panicked(&self, call: &Call) {
        self.0.panics.panicked(call.method().full_name());
    }

    fn breaker_state_changed(&self, change: &BreakerStateChange) {
        self.0.breakers.changed(change);
    }

    fn endpoint_changed(&self, change: &EndpointChange) {
        self.0.endpoints.changed(change);
    }
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}
