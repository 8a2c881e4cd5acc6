//! Observers.

use super::{BreakerStateChange, Call, EndpointChange, Outcome};

/// Observes the beginning and the end of calls, for metrics, logs or audits.
///
/// Its methods must not block. If one panics, the panic is logged; neither the call nor another observer is affected.
pub trait Observer: Send + Sync + 'static {
    /// A call began. No interceptor has run yet.
    fn began(&self, call: &Call) {
        let _ = call;
    }

    /// A call ended: its last byte is on its way, or its caller no longer waits.
    fn ended(&self, call: &Call, outcome: &Outcome);

    /// An attempt of a client's call ended. Another may follow.
    fn attempted(&self, call: &Call, outcome: &Outcome) {
        let _ = (call, outcome);
    }

    /// The handler of a call, or its chain, panicked. The call ends with `INTERNAL`.
    fn panicked(&self, call: &Call) {
        let _ = call;
    }

    /// The circuit breaker of a client's method has a new state.
    fn breaker_state_changed(&self, change: &BreakerStateChange) {
        let _ = change;
    }

    /// One of several endpoints of a client was ejected, returned to service, or left the list.
    fn endpoint_changed(&self, change: &EndpointChange) {
        let _ = change;
    }
}
