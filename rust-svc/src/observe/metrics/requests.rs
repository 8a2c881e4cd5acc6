//! Numbers of requests over HTTP and JSON.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{durations, plain};
use crate::{
    intercept::{HttpRoute, Outcome},
    observe::names,
};

/// The requests of all routes.
pub(super) struct Requests {
    duration: Family<Ended, Histogram>,
    active: Family<Begun, Gauge>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Begun {
    http_request_method: &'static str,
    url_scheme: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    http_request_method: &'static str,
    url_scheme: &'static str,
    http_route: &'static str,
    http_response_status_code: u16,
}

impl Requests {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let requests = Self { duration: durations(), active: Family::default() };
        let help = "How long a request over HTTP and JSON took";
        registry.register_with_unit(plain(names::HTTP_DURATION), help, Unit::Seconds, requests.duration.clone());
        let help = "How many requests over HTTP and JSON are under way";
        registry.register(plain(names::HTTP_ACTIVE), help, requests.active.clone());
        requests
    }

    pub(super) fn began(&self, route: &HttpRoute) {
        self.active.get_or_create(&begun(route)).inc();
    }

    pub(super) fn ended(&self, route: &HttpRoute, outcome: &Outcome) {
        self.active.get_or_create(&begun(route)).dec();
        let Begun { http_request_method, url_scheme } = begun(route);
        let http_response_status_code = outcome.http_status.unwrap_or_default();
        let ended = Ended { http_request_method, url_scheme, http_route: route.template, http_response_status_code };
        self.duration.get_or_create(&ended).observe(outcome.elapsed.as_secs_f64());
    }
}

fn begun(route: &HttpRoute) -> Begun {
    Begun { http_request_method: route.method, url_scheme: route.scheme }
}
