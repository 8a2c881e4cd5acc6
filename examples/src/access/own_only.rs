//! Services that refuse what belongs to somebody else.

use std::sync::Arc;

use rust_svc::Error;

/// Wraps a service: customers see only their own orders, and couriers act only as themselves. Other callers pass.
pub struct OwnOnly<S>(pub Arc<S>);

impl<S> Clone for OwnOnly<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

/// The error for an order of somebody else, which tells no more than that of an unknown one.
pub(super) fn no_such_order() -> Error {
    Error::not_found("there is no such order")
}
