//! What callers are told when the store refuses, or another service does.

use rust_svc::{Code, Error};

use super::{status, store::Refusal};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Unknown => Self::not_found("there is no such order"),
            Refusal::OtherContent => Self::already_exists("the idempotency key was used with other content"),
            Refusal::NotNow(status) => Self::failed_precondition(format!("the order is {}", status::name(status))),
            Refusal::Outdated => Self::aborted("the order has changed since it was read: read it again"),
            Refusal::Database(error) => Self::internal(error),
        }
    }
}

/// True if a call that failed so may have been carried out all the same, or may succeed later.
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
