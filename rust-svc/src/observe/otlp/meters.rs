//! The OpenTelemetry metrics of calls and policies.

use opentelemetry::{
    KeyValue,
    metrics::{Counter, Histogram, Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::spans::{attributes, named, of_target};
use crate::{
    intercept::{BreakerState, BreakerStateChange, Call, EndpointChange, EndpointEvent, Outcome, Side, Target},
    observe::names,
};

/// The instruments.
pub(super) struct Meters {
    server: Histogram<f64>,
    client: Histogram<f64>,
    attempts: Histogram<f64>,
    http: Histogram<f64>,
    retries: Counter<u64>,
    breakers: opentelemetry::metrics::Gauge<u64>,
    opened: Counter<u64>,
    endpoint_attempts: Counter<u64>,
    endpoint_failures: Counter<u64>,
    ejections: Counter<u64>,
}

impl Meters {
    pub(super) fn new(provider: &SdkMeterProvider) -> Self {
        let meter = provider.meter("rust-svc");
        let durations = |name| durations(&meter, name);
        Self {
            server: durations(names::SERVER_DURATION),
            client: durations(names::CLIENT_DURATION),
            attempts: durations(names::CLIENT_ATTEMPT_DURATION),
            http: durations(names::HTTP_DURATION),
            retries: meter.u64_counter(names::CLIENT_RETRIES).build(),
            breakers: meter.u64_gauge(names::CLIENT_BREAKER_STATE).build(),
            opened: meter.u64_counter(names::CLIENT_BREAKER_OPENED).build(),
            endpoint_attempts: meter.u64_counter(names::CLIENT_ENDPOINT_ATTEMPTS).build(),
            endpoint_failures: meter.u64_counter(names::CLIENT_ENDPOINT_FAILURES).build(),
            ejections: meter.u64_counter(names::CLIENT_ENDPOINT_EJECTIONS).build(),
        }
    }

    pub(super) fn ended(&self, call: &Call, outcome: &Outcome) {
        let histogram = match (call.route(), call.side()) {
            (Some(_), _) => &self.http,
            (None, Side::Server) => &self.server,
            (None, Side::Client) => &self.client,
        };
        record(histogram, &attributes(call, outcome), outcome);
    }

    pub(super) fn attempted(&self, call: &Call, outcome: &Outcome) {
        record(&self.attempts, &attributes(call, outcome), outcome);
        if outcome.previous_attempts > 0 {
            self.retries.add(1, &named(call.method().full_name(), call.target()).collect::<Vec<_>>());
        }
        if let Some(endpoint) = &outcome.endpoint {
            let attributes = of_endpoint(endpoint, call.target());
            self.endpoint_attempts.add(1, &attributes);
            self.endpoint_failures.add(outcome.is_fault(Side::Server).into(), &attributes);
        }
    }

    pub(super) fn endpoint_changed(&self, change: &EndpointChange) {
        if change.event() == EndpointEvent::Ejected {
            self.ejections.add(1, &of_endpoint(change.endpoint(), Some(change.target())));
        }
    }

    pub(super) fn breaker_state_changed(&self, change: &BreakerStateChange) {
        let attributes: Vec<_> = named(change.method(), Some(change.target())).collect();
        self.breakers.record(change.state().number().into(), &attributes);
        if change.state() == BreakerState::Open {
            self.opened.add(1, &attributes);
        }
    }
}

fn of_endpoint(endpoint: &str, target: Option<&Target>) -> Vec<KeyValue> {
    let endpoint = KeyValue::new(names::ENDPOINT, endpoint.to_owned());
    [endpoint].into_iter().chain(of_target(target)).collect()
}

fn durations(meter: &Meter, name: &'static str) -> Histogram<f64> {
    meter.f64_histogram(name).with_unit("s").with_boundaries(names::BUCKETS.to_vec()).build()
}

fn record(histogram: &Histogram<f64>, attributes: &[KeyValue], outcome: &Outcome) {
    histogram.record(outcome.elapsed.as_secs_f64(), attributes);
}
