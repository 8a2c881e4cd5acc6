//! The key that makes a repeated call harmless.

use crate::{Message, call::ids::uuid};

/// Fills in the idempotency key of a request if it has one that is empty. True if it has one.
pub(crate) fn fill<Place>(request: &mut impl Message<Place>) -> bool {
    let Some(key) = request.idempotency_key() else { return false };
    if key.is_empty() {
        *key = uuid::random();
    }
    true
}
