//! The idempotency key of a request.

use crate::{Message, call::ids::uuid};

/// Fills in the idempotency key of a request if it is empty. Returns whether the request has a key.
pub(crate) fn fill<Place>(request: &mut impl Message<Place>) -> bool {
    let Some(key) = request.idempotency_key() else { return false };
    if key.is_empty() {
        *key = uuid::random();
    }
    true
}
