//! Answers and errors as responses of HTTP.

use std::{error::Error as _, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, header},
};

use super::{failure::HttpError, headers};
use crate::{
    Code, Error, Method,
    json::{self, PrintOptions},
    types::rpc,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer of one message.
pub(super) fn json(body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// An error, with the status that its code maps to unless HTTP has one of its own for it.
pub(super) fn failure(failure: &HttpError, print: &PrintOptions) -> Response<Body> {
    let error = &failure.error;
    let mut response = json(body(error, print));
    *response.status_mut() = failure.status();
    headers::append(failure.metadata(), response.headers_mut());
    if let Some(delay) = error.retry_delay() {
        retry_after(delay, response.headers_mut());
    }
    response
}

/// The one place that decides how an error looks: `google.rpc.Status`.
pub(super) fn body(error: &Error, print: &PrintOptions) -> Vec<u8> {
    // A detail that its type cannot print is printed as bytes, so this does not fail.
    json::to_vec(&rpc::Status::from(error), print).unwrap_or_default()
}

/// Tells the log of a call that failed, with the source that its caller does not see.
pub(super) fn report(method: Method, error: &Error) {
    let (name, code, source) = (method.full_name(), error.code().name(), error.source());
    match error.code() {
        Code::Internal | Code::Unknown | Code::DataLoss => {
            tracing::error!(method = name, code, message = error.message(), source, "a call failed");
        }
        _ => tracing::debug!(method = name, code, message = error.message(), source, "a call failed"),
    }
}

/// Whole seconds, rounded up.
fn retry_after(delay: Duration, headers: &mut HeaderMap) {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}
