//! Logging of failed calls.

use std::error::Error as _;

use crate::{Code, Error, Method};

/// Logs the error of a call with its source, which the caller does not see. Faults of the service are logged as errors.
pub(crate) fn log_error(method: &Method, error: &Error) {
    let (name, code, source) = (method.full_name(), error.code().name(), error.source());
    match error.code() {
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(method = name, code, message = error.message(), source, "a call failed");
        }
        _ => tracing::debug!(method = name, code, message = error.message(), source, "a call failed"),
    }
}
