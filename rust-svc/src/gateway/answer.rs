//! Answers and errors as responses of HTTP.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};

use super::{failure::Failure, headers};
use crate::{
    Code, Error,
    json::{self, Print},
    rpc,
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer of one message.
pub(super) fn json(body: Vec<u8>) -> Response<Body> {
    let mut response = Response::new(Body::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// An error, with the status that its code maps to unless HTTP has one of its own for it.
pub(super) fn failure(failure: &Failure, print: &Print) -> Response<Body> {
    let error = &failure.error;
    let mut response = json(body(error, print));
    *response.status_mut() = failure.status.unwrap_or_else(|| status(error.code()));
    headers::append(error.metadata(), response.headers_mut());
    if let Some(delay) = error.retry_delay() {
        retry_after(delay, response.headers_mut());
    }
    response
}

/// The one place that decides how an error looks: `google.rpc.Status`.
pub(super) fn body(error: &Error, print: &Print) -> Vec<u8> {
    // Clients expect all three fields, whatever else is left out.
    let print = Print { defaults: true, ..print.clone() };
    let status = rpc::Status::from(error);
    json::to_vec(&status, &print).unwrap_or_else(|_| {
        let bare = rpc::Status { details: Vec::new(), ..status };
        json::to_vec(&bare, &print).unwrap_or_default()
    })
}

/// Whole seconds, rounded up.
fn retry_after(delay: Duration, headers: &mut HeaderMap) {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}

/// The table of `google.rpc.Code`.
fn status(code: Code) -> StatusCode {
    match code {
        Code::Cancelled => StatusCode::from_u16(499).unwrap_or(StatusCode::BAD_REQUEST),
        Code::InvalidArgument | Code::FailedPrecondition | Code::OutOfRange => StatusCode::BAD_REQUEST,
        Code::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
        Code::NotFound => StatusCode::NOT_FOUND,
        Code::AlreadyExists | Code::Aborted => StatusCode::CONFLICT,
        Code::PermissionDenied => StatusCode::FORBIDDEN,
        Code::Unauthenticated => StatusCode::UNAUTHORIZED,
        Code::ResourceExhausted => StatusCode::TOO_MANY_REQUESTS,
        Code::Unimplemented => StatusCode::NOT_IMPLEMENTED,
        Code::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Code::Unknown | Code::Internal | Code::DataLoss => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
