//! Circuit breakers: they stop the calls of a method that keeps failing.

mod circuit_breaker;
mod circuit_open;
mod open_until;
mod permit;
mod sample;
mod state_machine;
#[cfg(test)]
mod tests;
mod transitions;

pub use self::{
    circuit_breaker::{BreakerSnapshot, CircuitBreaker},
    circuit_open::CircuitOpen,
};
pub(crate) use self::{
    permit::{BreakerPermit, StreamSampler},
    sample::{Sample, is_mid_stream_failure},
    transitions::BreakerTransition,
};
