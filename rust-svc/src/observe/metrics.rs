//! Numbers of calls, for Prometheus.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::names;
use crate::intercept::{Call, Observer, Outcome, Side};

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
    server: Calls,
    client: Calls,
    attempts: Family<Ended, Histogram>,
    #[cfg(feature = "client")]
    breakers: Family<Named, Gauge>,
    registry: RwLock<Registry>,
}

/// The calls of one side.
#[derive(Clone)]
struct Calls {
    duration: Family<Ended, Histogram>,
    active: Family<Named, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
    rpc_response_status_code: &'static str,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Self {
        let mut registry = Registry::default();
        let server = Calls::register(&mut registry, "a server", names::SERVER_DURATION, names::SERVER_ACTIVE);
        let client = Calls::register(&mut registry, "a client", names::CLIENT_DURATION, names::CLIENT_ACTIVE);
        let attempts = durations();
        let help = "How long one attempt of a call took for a client";
        registry.register_with_unit(plain(names::CLIENT_ATTEMPT_DURATION), help, Unit::Seconds, attempts.clone());
        #[cfg(feature = "client")]
        let breakers = breakers(&mut registry);
        Self(Arc::new(Instruments {
            server,
            client,
            attempts,
            #[cfg(feature = "client")]
            breakers,
            registry: RwLock::new(registry),
        }))
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

impl Calls {
    fn register(registry: &mut Registry, side: &str, duration: &str, active: &str) -> Self {
        let calls = Self { duration: durations(), active: Family::default() };
        let help = format!("How long a call took for {side}");
        registry.register_with_unit(plain(duration), help, Unit::Seconds, calls.duration.clone());
        registry.register(plain(active), format!("How many calls are under way for {side}"), calls.active.clone());
        calls
    }
}

impl Observer for Metrics {
    fn began(&self, call: &Call) {
        self.calls(call.side()).active.get_or_create(&named(call.method().full_name())).inc();
    }

    fn ended(&self, call: &Call, outcome: &Outcome) {
        let (calls, method) = (self.calls(call.side()), call.method().full_name());
        calls.active.get_or_create(&named(method)).dec();
        calls.duration.get_or_create(&ended(method, outcome)).observe(outcome.elapsed.as_secs_f64());
    }

    fn attempted(&self, call: &Call, outcome: &Outcome) {
        let method = call.method().full_name();
        self.0.attempts.get_or_create(&ended(method, outcome)).observe(outcome.elapsed.as_secs_f64());
    }

    #[cfg(feature = "client")]
    fn breaker_moved(&self, method: &'static str, state: crate::client::State) {
        use crate::client::State::{Closed, HalfOpen, Open};
        let state = match state {
            Closed => 0,
            HalfOpen => 1,
            Open => 2,
        };
        self.0.breakers.get_or_create(&named(method)).set(state);
    }
}

#[cfg(feature = "client")]
fn breakers(registry: &mut Registry) -> Family<Named, Gauge> {
    let breakers = Family::default();
    let help = "How the circuit breaker of a method stands: 0 closed, 1 half open, 2 open";
    registry.register(plain(names::CLIENT_BREAKER_STATE), help, breakers.clone());
    breakers
}

fn durations() -> Family<Ended, Histogram> {
    Family::new_with_constructor(|| Histogram::new(names::BUCKETS))
}

fn named(rpc_method: &'static str) -> Named {
    Named { rpc_system_name: "grpc", rpc_method }
}

fn ended(rpc_method: &'static str, outcome: &Outcome) -> Ended {
    Ended { rpc_system_name: "grpc", rpc_method, rpc_response_status_code: outcome.status() }
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
