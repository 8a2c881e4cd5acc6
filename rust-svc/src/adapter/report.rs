//! What of an error the caller reads, and what the log.

use std::error::Error as _;

use http::HeaderMap;

use crate::{Code, Error, Method, grpc::status::to_headers};

/// The error that the caller reads, once the log has what it may not read.
pub(super) fn told(method: &Method, error: Error) -> Error {
    status(method, &error);
    error
}

/// The status that the caller reads. What it may not read, the source, goes to the log.
pub(super) fn status(method: &Method, error: &Error) -> HeaderMap {
    let (name, code, source) = (method.full_name(), error.code().name(), error.source());
    match error.code() {
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(method = name, code, message = error.message(), source, "a call failed");
        }
        _ => tracing::debug!(method = name, code, message = error.message(), source, "a call failed"),
    }
    to_headers(error)
}
