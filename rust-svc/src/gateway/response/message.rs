//! One message, or an error, as a response.

use std::{error::Error as _, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};

use crate::{
    Code, Error, Method,
    gateway::{error::HttpError, headers},
    json::{self, PrintOptions},
    types::rpc,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Returns the response of one message.
pub(crate) fn json(body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// Returns the response of an error.
pub(crate) fn error(http_error: &HttpError, print: &PrintOptions) -> Response<Body> {
    let error = &http_error.error;
    let mut response = json(error_body(error, print));
    *response.status_mut() = http_error.status();
    headers::append(http_error.metadata(), response.headers_mut());
    headers::append_trailers(http_error.trailers.iter(), response.headers_mut());
    if http_error.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if let Some(delay) = error.retry_delay() {
        retry_after(delay, response.headers_mut());
    }
    response
}

/// Returns an error as JSON of `google.rpc.Status`.
pub(crate) fn error_body(error: &Error, print: &PrintOptions) -> Vec<u8> {
    // This does not fail: a detail that its type cannot print is printed as bytes.
    json::to_vec(&rpc::Status::from(error), print).unwrap_or_default()
}

/// Logs the error of a call, with the source that the caller does not see.
pub(crate) fn log_error(method: Method, error: &Error) {
    let (name, code, source) = (method.full_name(), error.code().name(), error.source());
    match error.code() {
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(method = name, code, message = error.message(), source, "a call failed");
        }
        _ => tracing::debug!(method = name, code, message = error.message(), source, "a call failed"),
    }
}

/// Sets the delay before a retry, in whole seconds, rounded up.
fn retry_after(delay: Duration, headers: &mut HeaderMap) {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}
