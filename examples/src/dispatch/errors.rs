//! Errors of the store, as callers receive them.

use rust_svc::Error;

use super::{status, store::DispatchStoreError};

impl From<DispatchStoreError> for Error {
    fn from(error: DispatchStoreError) -> Self {
        match error {
            DispatchStoreError::Database(error) => {
                Self::unavailable("the assignments cannot be stored or read: try again").with_source(error)
            }
            DispatchStoreError::UnknownAssignment | DispatchStoreError::UnknownCourier => {
                Self::not_found(error.to_string())
            }
            DispatchStoreError::KeyReused | DispatchStoreError::AlreadyAssigned => {
                Self::already_exists(error.to_string())
            }
            DispatchStoreError::Cancelled => Self::aborted(error.to_string()),
            DispatchStoreError::WrongStatus(status) => {
                Self::failed_precondition(format!("the assignment is {}", status::name(status)))
            }
            DispatchStoreError::NotYours | DispatchStoreError::NotFree => Self::failed_precondition(error.to_string()),
        }
    }
}
