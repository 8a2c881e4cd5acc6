//! Numbers of requests over HTTP and JSON.

use std::fmt;

use prometheus_client::{
    encoding::{EncodeLabelSet, LabelSetEncoder},
    metrics::{family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{durations, labels::write, plain};
use crate::{
    intercept::{HttpRoute, Outcome, Side},
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

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Ended {
    begun: Begun,
    route: &'static str,
    status: u16,
    is_fault: bool,
}

impl EncodeLabelSet for Ended {
    fn encode(&self, encoder: &mut LabelSetEncoder<'_>) -> fmt::Result {
        self.begun.encode(encoder)?;
        write(encoder, names::HTTP_ROUTE, self.route)?;
        write(encoder, names::HTTP_STATUS, self.status)?;
        if self.is_fault { write(encoder, names::ERROR_TYPE, self.status) } else { Ok(()) }
    }
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
        let (status, is_fault) = (outcome.http_status.unwrap_or_default(), outcome.is_fault(Side::Server));
        let ended = Ended { begun: begun(route), route: route.template, status, is_fault };
        self.duration.get_or_create(&ended).observe(outcome.elapsed.as_secs_f64());
    }
}

fn begun(route: &HttpRoute) -> Begun {
    Begun { http_request_method: route.method, url_scheme: route.scheme }
}
