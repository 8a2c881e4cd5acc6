//! The circuit breaker.

#[path = "../../../../../../rust-svc/src/client/policy/breaker/circuit_breaker.rs"]
mod circuit_breaker;
#[path = "../../../../../../rust-svc/src/client/policy/breaker/open_until.rs"]
mod open_until;
#[path = "../../../../../../rust-svc/src/client/policy/breaker/permit.rs"]
mod permit;
#[path = "../../../../../../rust-svc/src/client/policy/breaker/sample.rs"]
mod sample;
#[path = "../../../../../../rust-svc/src/client/policy/breaker/state_machine.rs"]
mod state_machine;
#[path = "../../../../../../rust-svc/src/client/policy/breaker/transitions.rs"]
mod transitions;

pub(crate) use self::{
    circuit_breaker::CircuitBreaker, permit::BreakerPermit, sample::Sample, transitions::BreakerTransition,
};

/// The rejection of a call, without its error.
mod circuit_open {
    #[derive(Debug)]
    pub(crate) struct CircuitOpen {
        pub(crate) method: &'static str,
        pub(crate) retry_in: Option<std::time::Duration>,
        pub(crate) last_code: Option<crate::Code>,
    }
}
