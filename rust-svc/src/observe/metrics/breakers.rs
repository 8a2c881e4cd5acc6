//! How the circuit breakers of clients stand.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use super::plain;
use crate::{
    client::{CircuitBreaker, State},
    observe::names,
};

/// The circuit breakers of all methods.
pub(super) struct Breakers {
    states: Family<Guarded, Gauge>,
    opened: Family<Guarded, Counter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Guarded {
    rpc_system_name: &'static str,
    rpc_method: &'static str,
    server_address: String,
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

    pub(super) fn moved(&self, breaker: &CircuitBreaker, state: State) {
        let server_address = breaker.target().to_owned();
        let guarded = Guarded { rpc_system_name: "grpc", rpc_method: breaker.method(), server_address };
        self.states.get_or_create(&guarded).set(state.number().into());
        if state == State::Open {
            self.opened.get_or_create(&guarded).inc();
        }
    }
}
