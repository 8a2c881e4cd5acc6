//! Errors of the store and of other services, as callers receive them.

use rust_svc::{Code, Error};

use super::{status, store::OrderStoreError};

impl From<OrderStoreError> for Error {
    fn from(error: OrderStoreError) -> Self {
        match error {
            OrderStoreError::Unknown => Self::not_found("there is no such order"),
            OrderStoreError::KeyReused => Self::already_exists("the idempotency key was used with other content"),
            OrderStoreError::WrongStatus(status) => {
                Self::failed_precondition(format!("the order is {}", status::name(status)))
            }
            OrderStoreError::Outdated => Self::aborted("the order has changed since it was read: read it again"),
            OrderStoreError::Database(error) => Self::internal(error),
        }
    }
}

/// Whether a failed call may have taken effect, or may succeed later.
pub(super) fn is_uncertain(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::Cancelled
            | Code::Unknown
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Internal
            | Code::Unavailable
            | Code::Unauthenticated
    )
}
