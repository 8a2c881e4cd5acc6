//! The error that takes the place of a response.

use axum::http::StatusCode;

use crate::{Context, Error, Metadata, Value, json};

/// An error, and its HTTP status where that is more precise than the code.
#[derive(Debug)]
pub(super) struct HttpError {
    pub(super) status: Option<StatusCode>,
    pub(super) error: Error,
    /// The headers that were set before the call failed.
    headers: Metadata,
    /// The trailers that were set before the call failed.
    pub(super) trailers: Metadata,
}

impl HttpError {
    pub(super) fn new(status: StatusCode, error: Error) -> Self {
        Self { status: Some(status), ..Self::from(error) }
    }

    pub(super) fn with_status(self, status: StatusCode) -> Self {
        Self { status: Some(status), ..self }
    }

    /// Adds the metadata that the call has set for its response.
    pub(super) fn with_metadata_of(self, cx: &Context) -> Self {
        Self { headers: cx.headers(), trailers: cx.trailers(), ..self }
    }

    /// Returns the metadata of the response, without duplicates of the error's own entries.
    pub(super) fn metadata(&self) -> impl Iterator<Item = (&str, &Value)> {
        let own = self.error.metadata();
        let is_new = |(key, value): &(&str, &Value)| !own.get_all(key).any(|it| it == *value);
        self.headers.iter().filter(is_new).chain(own.iter())
    }

    /// Returns the HTTP status of the response.
    pub(super) fn status(&self) -> StatusCode {
        let by_code = || StatusCode::from_u16(self.error.code().http_status());
        self.status.unwrap_or_else(|| by_code().unwrap_or(StatusCode::INTERNAL_SERVER_ERROR))
    }
}

impl From<Error> for HttpError {
    fn from(error: Error) -> Self {
        Self { status: None, error, headers: Metadata::new(), trailers: Metadata::new() }
    }
}

/// The error of a request whose JSON is invalid.
impl From<json::JsonError> for HttpError {
    fn from(error: json::JsonError) -> Self {
        let whole = if error.field().is_empty() { "the request " } else { "" };
        let message = format!("{whole}{error}");
        Error::invalid_argument(message).with_violations(Error::from(error).violations().to_vec()).into()
    }
}
