//! Errors of the store, as callers receive them.

use rust_svc::Error;

use super::{status, store::DispatchStoreError};
use crate::validation;

const ASSIGNMENT: &str = "dispatch.v1.Assignment";
const COURIER: &str = "dispatch.v1.Courier";

impl From<DispatchStoreError> for Error {
    fn from(error: DispatchStoreError) -> Self {
        match error {
            DispatchStoreError::Database(error) => {
                Self::unavailable("the assignments cannot be stored or read: try again").with_source(error)
            }
            DispatchStoreError::UnknownAssignment(id) => {
                validation::unknown_resource(ASSIGNMENT, &id, "there is no such assignment")
            }
            DispatchStoreError::UnknownCourier(id) => {
                validation::unknown_resource(COURIER, &id, "there is no such courier")
            }
            DispatchStoreError::KeyReused | DispatchStoreError::AlreadyAssigned => {
                Self::already_exists(error.to_string())
            }
            DispatchStoreError::Cancelled => Self::aborted(error.to_string()),
            DispatchStoreError::WrongStatus(status) => {
                validation::wrong_status(ASSIGNMENT, format!("the assignment is {}", status::name(status)))
            }
            DispatchStoreError::NotYours | DispatchStoreError::NotFree => {
                validation::wrong_status(COURIER, error.to_string())
            }
        }
    }
}
