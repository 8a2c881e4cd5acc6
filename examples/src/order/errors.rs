//! Errors of the store and of other services, as callers receive them.

use rust_svc::{Any, Code, Error};

use super::{
    status,
    store::{OrderStoreError, Refusal},
};

impl From<OrderStoreError> for Error {
    fn from(error: OrderStoreError) -> Self {
        match error {
            OrderStoreError::Unknown => Self::not_found("there is no such order"),
            OrderStoreError::KeyReused => Self::already_exists("the idempotency key was used with other content"),
            OrderStoreError::WrongStatus(status) => {
                Self::failed_precondition(format!("the order is {}", status::name(status)))
            }
            OrderStoreError::Outdated => Self::aborted("the order has changed since it was read: read it again"),
            OrderStoreError::LeaseLost => Self::aborted(error.to_string()),
            OrderStoreError::Database(error) => {
                Self::unavailable("the orders cannot be stored or read: try again").with_source(error)
            }
        }
    }
}

/// Whether an error is a verdict on a request: the call had no effect, and repeating it would fail again.
///
/// Errors of access and of versions are no verdicts, because an operator will correct their cause.
pub(super) fn is_verdict(error: &Error) -> bool {
    matches!(
        error.code(),
        Code::InvalidArgument
            | Code::NotFound
            | Code::AlreadyExists
            | Code::FailedPrecondition
            | Code::Aborted
            | Code::OutOfRange
    )
}

/// Keeps an error for repetitions of the request.
pub(super) fn refusal(error: &Error) -> Refusal {
    let detail = error.details().first().cloned().unwrap_or_default();
    Refusal {
        code: error.code(),
        message: error.message().to_owned(),
        detail_type: detail.type_url,
        detail: detail.value,
    }
}

/// Returns the error that was kept.
pub(super) fn refused(refusal: Refusal) -> Error {
    let error = Error::new(refusal.code, refusal.message);
    if refusal.detail_type.is_empty() {
        return error;
    }
    error.with_any(Any { type_url: refusal.detail_type, value: refusal.detail })
}
