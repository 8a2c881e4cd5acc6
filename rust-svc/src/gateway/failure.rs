//! Why a request gets no answer of its service.

use axum::http::StatusCode;

use crate::{Error, json};

/// An error, and the status of HTTP where it is more precise than the code.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) status: Option<StatusCode>,
    pub(super) error: Error,
}

impl Failure {
    pub(super) fn new(status: StatusCode, error: Error) -> Self {
        Self { status: Some(status), error }
    }

    /// What the caller is told.
    pub(super) fn status(&self) -> StatusCode {
        let by_code = || StatusCode::from_u16(self.error.code().http_status());
        self.status.unwrap_or_else(|| by_code().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self { status: None, error }
    }
}

/// The caller wrote JSON that is not of the request.
impl From<json::Error> for Failure {
    fn from(error: json::Error) -> Self {
        let whole = if error.field().is_empty() { "the request " } else { "" };
        let message = format!("{whole}{error}");
        Error::invalid_argument(message).with_violations(Error::from(error).violations().to_vec()).into()
    }
}
