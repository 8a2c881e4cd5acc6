//! Metrics of circuit breakers.

use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::labels::{MethodLabels, sanitize};
use crate::{
    intercept::{BreakerState, BreakerStateChange},
    observe::names,
};

/// The metrics of all circuit breakers.
pub(super) struct BreakerMetrics {
    states: Family<MethodLabels, Gauge>,
    opened: Family<MethodLabels, Counter>,
}

impl BreakerMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let breakers = Self { states: Family::default(), opened: Family::default() };
        let help = "The state of the circuit breaker of a method: 0 closed, 1 half open, 2 open";
        registry.register(sanitize(names::CLIENT_BREAKER_STATE), help, breakers.states.clone());
        let help = "The number of times that the circuit breaker of a method opened";
        registry.register(sanitize(names::CLIENT_BREAKER_OPENED), help, breakers.opened.clone());
        breakers
    }

    pub(super) fn changed(&self, change: &BreakerStateChange) {
        let labels = MethodLabels { method: change.method(), target: Some(change.shared_target().clone()) };
        self.states.get_or_create(&labels).set(change.state().number().into());
        if change.state() == BreakerState::Open {
            self.opened.get_or_create(&labels).inc();
        }
    }
}
