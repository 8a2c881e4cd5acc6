//! Why a request gets no answer of its service.

use axum::http::StatusCode;

use crate::{Error, Metadata, Value, json};

/// An error, and the status of HTTP where it is more precise than the code.
#[derive(Debug)]
pub(super) struct HttpError {
    pub(super) status: Option<StatusCode>,
    pub(super) error: Error,
    /// What was put into the headers of the answer before it failed.
    headers: Metadata,
}

impl HttpError {
    pub(super) fn new(status: StatusCode, error: Error) -> Self {
        Self { status: Some(status), error, headers: Metadata::new() }
    }

    pub(super) fn with_headers(self, headers: Metadata) -> Self {
        Self { headers, ..self }
    }

    /// The metadata of the answer, where no entry of the error is said twice.
    pub(super) fn metadata(&self) -> impl Iterator<Item = (&str, &Value)> {
        let own = self.error.metadata();
        let is_new = |(key, value): &(&str, &Value)| !own.get_all(key).any(|it| it == *value);
        self.headers.iter().filter(is_new).chain(own.iter())
    }

    /// What the caller is told.
    pub(super) fn status(&self) -> StatusCode {
        let by_code = || StatusCode::from_u16(self.error.code().http_status());
        self.status.unwrap_or_else(|| by_code().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

impl From<Error> for HttpError {
    fn from(error: Error) -> Self {
        Self { status: None, error, headers: Metadata::new() }
    }
}

/// The caller wrote JSON that is not of the request.
impl From<json::JsonError> for HttpError {
    fn from(error: json::JsonError) -> Self {
        let whole = if error.field().is_empty() { "the request " } else { "" };
        let message = format!("{whole}{error}");
        Error::invalid_argument(message).with_violations(Error::from(error).violations().to_vec()).into()
    }
}
