//! Services that refuse what belongs to somebody else.

use std::sync::Arc;

/// Wraps a service: customers see only their own orders, and couriers act only as themselves. Other callers pass.
pub struct OwnOnly<S>(pub Arc<S>);

impl<S> Clone for OwnOnly<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}
