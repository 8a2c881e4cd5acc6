//! State changes of circuit breakers, as observers see them.

use std::fmt;

use super::Target;

/// The state of a circuit breaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// Calls fail at once.
    Open,
    /// A few calls pass as probes, the others fail at once.
    HalfOpen,
}

/// A new state of the circuit breaker of a client's method.
#[derive(Clone, Debug)]
pub struct BreakerStateChange {
    method: &'static str,
    target: triomphe::Arc<Target>,
    state: BreakerState,
}

impl BreakerState {
    /// Returns the number of the state in metrics.
    #[cfg(any(feature = "metrics", feature = "otlp"))]
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Closed => 0,
            Self::HalfOpen => 1,
            Self::Open => 2,
        }
    }
}

impl BreakerStateChange {
    /// Creates the change of the breaker of this method and target to `state`.
    #[cfg(feature = "client")]
    pub(crate) fn new(method: &'static str, target: triomphe::Arc<Target>, state: BreakerState) -> Self {
        Self { method, target, state }
    }

    /// Returns the full name of the method, such as `inventory.v1.InventoryService/CheckStock`.
    pub fn method(&self) -> &'static str {
        self.method
    }

    /// Returns the server that the client calls.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Returns the target as a shared pointer.
    #[cfg(feature = "metrics")]
    pub(crate) fn shared_target(&self) -> &triomphe::Arc<Target> {
        &self.target
    }

    /// Returns the new state.
    pub fn state(&self) -> BreakerState {
        self.state
    }
}

impl fmt::Display for BreakerState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Closed => "closed",
            Self::Open => "open",
            Self::HalfOpen => "half open",
        })
    }
}
