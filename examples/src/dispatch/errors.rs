//! What callers are told when the store refuses.

use rust_svc::Error;

use super::{status, store::Refusal};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Database(error) => Self::internal(error),
            Refusal::UnknownAssignment | Refusal::UnknownCourier => Self::not_found(refusal.to_string()),
            Refusal::OtherContent | Refusal::AlreadyAssigned => Self::already_exists(refusal.to_string()),
            Refusal::Cancelled => Self::aborted(refusal.to_string()),
            Refusal::NotNow(status) => Self::failed_precondition(format!("the assignment is {}", status::name(status))),
            Refusal::NotYours | Refusal::NotFree => Self::failed_precondition(refusal.to_string()),
        }
    }
}
