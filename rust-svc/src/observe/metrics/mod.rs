//! Numbers of calls, for Prometheus.

mod breakers;
mod by_target;
mod calls;
mod labels;
mod panics;
mod per_thread;
mod requests;
mod tally;

use std::{
    fmt,
    hash::Hash,
    sync::{Arc, PoisonError, RwLock},
};

use prometheus_client::{
    encoding::text::encode,
    metrics::{family::Family, histogram::Histogram},
    registry::Registry,
};

use self::{
    breakers::Breakers,
    calls::{Attempts, Calls},
    panics::Panics,
    requests::Requests,
};
use super::names;
use crate::intercept::{BreakerStateChange, Call, Observer, Outcome, Side};

/// Counts and times calls, by the names of [`names`], and prints them in the text format of OpenMetrics, which Prometheus
/// reads.
///
/// Clones count together. One serves the servers and clients of a process:
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
    server: Arc<Calls>,
    client: Arc<Calls>,
    attempts: Arc<Attempts>,
    http: Requests,
    panics: Panics,
    breakers: Breakers,
    registry: RwLock<Registry>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let instruments = Instruments {
            server: Calls::register(&mut registry, calls::SERVER),
            client: Calls::register(&mut registry, calls::CLIENT),
            attempts: Attempts::register(&mut registry),
            http: Requests::register(&mut registry),
            panics: Panics::register(&mut registry),
            breakers: Breakers::register(&mut registry),
            registry: RwLock::new(registry),
        };
        Self(Arc::new(instruments))
    }

    /// What was counted, in the text format of OpenMetrics 1.0.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let registry = self.0.registry.read().unwrap_or_else(PoisonError::into_inner);
        // Writing to a text cannot fail.
        let _ = encode(&mut text, &registry);
        text
    }

    /// Lets the user's own metrics be printed with these.
    pub fn register(&self, register: impl FnOnce(&mut Registry)) {
        register(&mut self.0.registry.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// `GET /metrics`, to be served where strangers cannot see it.
    #[cfg(any(feature = "gateway", feature = "server"))]
    pub fn router(&self) -> axum::Router {
        const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
        let metrics = self.clone();
        let get = axum::routing::get(move || async move { ([("content-type", CONTENT_TYPE)], metrics.text()) });
        axum::Router::new().route("/metrics", get)
    }

    fn calls(&self, side: Side) -> &Calls {
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
    }

    fn panicked(&self, call: &Call) {
        self.0.panics.panicked(call.method().full_name());
    }

    fn breaker_state_changed(&self, change: &BreakerStateChange) {
        self.0.breakers.changed(change);
    }
}

fn durations<L: Clone + Hash + Eq>() -> Family<L, Histogram> {
    Family::new_with_constructor(|| Histogram::new(names::BUCKETS))
}

/// A name as Prometheus takes it.
fn plain(name: &str) -> String {
    name.replace('.', "_")
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
