//! Metrics of requests over HTTP and JSON.

use std::fmt;

use prometheus_client::{
    encoding::{EncodeLabelSet, LabelSetEncoder},
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::labels::{sanitize, write};
use crate::{
    intercept::{HttpRoute, Outcome, Side},
    observe::names,
};

/// The metrics of all routes.
pub(super) struct HttpMetrics {
    duration: Family<ResponseLabels, Histogram>,
    active: Family<RequestLabels, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    http_request_method: &'static str,
    url_scheme: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ResponseLabels {
    request: RequestLabels,
    route: &'static str,
    status: u16,
    is_fault: bool,
}

impl EncodeLabelSet for ResponseLabels {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.request.encode(encoder)?;
        write(encoder, names::HTTP_ROUTE, self.route)?;
        write(encoder, names::HTTP_STATUS, self.status)?;
        if self.is_fault { write(encoder, names::ERROR_TYPE, self.status) } else { Ok(()) }
    }
}

impl HttpMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let requests = Self {
            duration: Family::new_with_constructor(|| Histogram::new(names::BUCKETS)),
            active: Family::default(),
        };
        let help = "The duration of requests over HTTP and JSON";
        registry.register_with_unit(sanitize(names::HTTP_DURATION), help, Unit::Seconds, requests.duration.clone());
        let help = "The number of HTTP and JSON requests in progress";
        registry.register(sanitize(names::HTTP_ACTIVE), help, requests.active.clone());
        requests
    }

    pub(super) fn began(&self, route: &HttpRoute) {
        self.active.get_or_create(&request_labels(route)).inc();
    }

    pub(super) fn ended(&self, route: &HttpRoute, outcome: &Outcome) {
        self.active.get_or_create(&request_labels(route)).dec();
        let (status, is_fault) = (outcome.http_status.unwrap_or_default(), outcome.is_fault(Side::Server));
        let labels = ResponseLabels { request: request_labels(route), route: route.template, status, is_fault };
        self.duration.get_or_create(&labels).observe(outcome.elapsed.as_secs_f64());
    }
}

fn request_labels(route: &HttpRoute) -> RequestLabels {
    RequestLabels { http_request_method: route.method, url_scheme: route.scheme }
}
