//! Numbers of the calls of one side.

use std::sync::OnceLock;

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

use super::{durations, plain};
use crate::{Code, by_method::ByMethod, intercept::Outcome, observe::names};

/// The calls of one side.
pub(super) struct Calls {
    families: Families,
    found: ByMethod<Found>,
}

/// What the numbers of a side are called.
pub(super) struct Names {
    side: &'static str,
    duration: &'static str,
    active: &'static str,
    sent: &'static str,
    received: &'static str,
}

/// The numbers of a server and of a client.
pub(super) const SERVER: Names = Names {
    side: "a server",
    duration: names::SERVER_DURATION,
    active: names::SERVER_ACTIVE,
    sent: names::SERVER_SENT,
    received: names::SERVER_RECEIVED,
};
pub(super) const CLIENT: Names = Names {
    side: "a client",
    duration: names::CLIENT_DURATION,
    active: names::CLIENT_ACTIVE,
    sent: names::CLIENT_SENT,
    received: names::CLIENT_RECEIVED,
};

/// The attempts of clients.
pub(super) struct Attempts(Family<Ended, Histogram>, ByMethod<Durations>);

struct Families {
    duration: Family<Ended, Histogram>,
    active: Family<Named, Gauge>,
    sent: Family<Named, Counter>,
    received: Family<Named, Counter>,
}

/// The numbers of one method.
struct Found {
    active: Gauge,
    sent: Counter,
    received: Counter,
    durations: Durations,
}

/// Durations by the number of the code.
#[derive(Default)]
pub(super) struct Durations([OnceLock<Histogram>; 17]);

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Named {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(super) struct Ended {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
    rpc_response_status_code: &'static str,
}

impl Calls {
    pub(super) fn register(registry: &mut Registry, names: Names) -> Self {
        let Names { side, duration, active, sent, received } = names;
        let families = Families {
            duration: durations(),
            active: Family::default(),
            sent: Family::default(),
            received: Family::default(),
        };
        let help = format!("How long a call took for {side}");
        registry.register_with_unit(plain(duration), help, Unit::Seconds, families.duration.clone());
        registry.register(plain(active), format!("How many calls are under way for {side}"), families.active.clone());
        let help = |what| format!("How many messages {side} {what}, by the calls that have ended");
        registry.register(plain(sent), help("has sent"), families.sent.clone());
        registry.register(plain(received), help("has received"), families.received.clone());
        Self { families, found: ByMethod::default() }
    }

    pub(super) fn began(&self, method: &'static str) {
        self.found(method).active.inc();
    }

    pub(super) fn ended(&self, method: &'static str, outcome: &Outcome) {
        let Found { active, sent, received, durations } = self.found(method);
        active.dec();
        sent.inc_by(outcome.sent);
        received.inc_by(outcome.received);
        durations.observe(&self.families.duration, method, outcome);
    }

    fn found(&self, method: &'static str) -> &Found {
        self.found.get(method, || self.families.of(method))
    }
}

impl Attempts {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let durations = durations();
        let help = "How long one attempt of a call took for a client";
        registry.register_with_unit(plain(names::CLIENT_ATTEMPT_DURATION), help, Unit::Seconds, durations.clone());
        Self(durations, ByMethod::default())
    }

    pub(super) fn ended(&self, method: &'static str, outcome: &Outcome) {
        self.1.get(method, Durations::default).observe(&self.0, method, outcome);
    }
}

impl Families {
    fn of(&self, method: &'static str) -> Found {
        let named = named(method);
        Found {
            active: self.active.get_or_create_owned(&named),
            sent: self.sent.get_or_create_owned(&named),
            received: self.received.get_or_create_owned(&named),
            durations: Durations::default(),
        }
    }
}

impl Durations {
    /// Notes how long a call or an attempt took.
    pub(super) fn observe(&self, family: &Family<Ended, Histogram>, method: &'static str, outcome: &Outcome) {
        let number = outcome.code.map_or(0, Code::number);
        let make = || family.get_or_create_owned(&ended(method, outcome));
        if let Some(duration) = usize::try_from(number).ok().and_then(|number| self.0.get(number)) {
            duration.get_or_init(make).observe(outcome.elapsed.as_secs_f64());
        }
    }
}

pub(super) fn named(rpc_method: &'static str) -> Named {
    Named { rpc_system_name: "grpc", rpc_method }
}

fn ended(rpc_method: &'static str, outcome: &Outcome) -> Ended {
    Ended { rpc_system_name: "grpc", rpc_method, rpc_response_status_code: outcome.status() }
}
