//! How long calls took.

use opentelemetry::{
    KeyValue,
    metrics::{Histogram, Meter, MeterProvider},
};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::spans::attributes;
use crate::{
    intercept::{Call, Outcome, Side},
    observe::names,
};

/// A histogram for each kind of call.
pub(super) struct Meters {
    server: Histogram<f64>,
    client: Histogram<f64>,
    attempts: Histogram<f64>,
    http: Histogram<f64>,
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
    }
}

fn durations(meter: &Meter, name: &'static str) -> Histogram<f64> {
    meter.f64_histogram(name).with_unit("s").with_boundaries(names::BUCKETS.to_vec()).build()
}

fn record(histogram: &Histogram<f64>, attributes: &[KeyValue], outcome: &Outcome) {
    histogram.record(outcome.elapsed.as_secs_f64(), attributes);
}
