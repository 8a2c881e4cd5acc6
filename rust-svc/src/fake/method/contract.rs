//! The contract of a method: the checks that production makes of its messages.

use crate::Result;

/// Checks messages as production does.
pub(super) struct Contract<Q, R> {
    /// Returns the request as a service gets it.
    pub(super) request: fn(Q) -> Result<Q>,
    pub(super) response: fn(&R) -> Result<()>,
}

impl<Q, R> Clone for Contract<Q, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Q, R> Copy for Contract<Q, R> {}
