//! How the circuit breakers of clients stand.

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::{labels::Named, plain};
use crate::{
    intercept::{BreakerState, BreakerStateChange},
    observe::names,
};

/// The circuit breakers of all methods.
pub(super) struct Breakers {
    states: Family<Named, Gauge>,
    opened: Family<Named, Counter>,
}

impl Breakers {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let breakers = Self { states: Family::default(), opened: Family::default() };
        let help = "How the circuit breaker of a method stands: 0 closed, 1 half open, 2 open";
        registry.register(plain(names::CLIENT_BREAKER_STATE), help, breakers.states.clone());
        let help = "How often the circuit breaker of a method has opened";
        registry.register(plain(names::CLIENT_BREAKER_OPENED), help, breakers.opened.clone());
        breakers
    }

    pub(super) fn changed(&self, change: &BreakerStateChange) {
        let guarded = Named { method: change.method(), target: Some(change.shared_target().clone()) };
        self.states.get_or_create(&guarded).set(change.state().number().into());
        if change.state() == BreakerState::Open {
            self.opened.get_or_create(&guarded).inc();
        }
    }
}
