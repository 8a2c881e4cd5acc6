//! One message, or an error, as a response.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};

use bytes::Bytes;

use super::error_body;
use crate::{
    Context,
    gateway::{error::HttpError, headers, settings::GatewaySettings},
};

const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Returns the response of one message.
pub(crate) fn json(body: Vec<u8>) -> Response<Body> {
    with_type(JSON, body)
}

/// Returns the response of a `google.api.HttpBody`: its bytes, with their content type.
pub(crate) fn bytes(content_type: HeaderValue, body: Bytes) -> Response<Body> {
    with_type(content_type, body)
}

fn with_type(content_type: HeaderValue, body: impl Into<Body>) -> Response<Body> {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(header::CONTENT_TYPE, content_type);
    response
}

/// Sets the status and the headers that a handler has set.
pub(crate) fn set_metadata(cx: &Context, settings: &GatewaySettings, response: &mut Response<Body>) {
    let metadata = cx.headers();
    headers::append(metadata.iter(), settings, response.headers_mut());
    let status = metadata.get(headers::STATUS).and_then(|status| status.parse().ok());
    let status = status.filter(|status: &u16| (200..600).contains(status));
    if let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) {
        *response.status_mut() = status;
    }
    if matches!(response.status(), StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT | StatusCode::NOT_MODIFIED) {
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
}

/// Returns the response of an error.
pub(crate) fn error(http_error: &HttpError, settings: &GatewaySettings) -> Response<Body> {
    let (error, status) = (&http_error.error, http_error.status());
    let (content_type, body) = error_body(error, settings).with_status(status).whole();
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    headers::append(http_error.metadata(), settings, response.headers_mut());
    headers::append_trailers(http_error.trailers.iter(), settings, response.headers_mut());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, content_type);
    if status == StatusCode::UNAUTHORIZED {
        headers.entry(header::WWW_AUTHENTICATE).or_insert(HeaderValue::from_static("Bearer"));
    }
    if let Some(delay) = error.retry_delay() {
        retry_after(delay, headers);
    }
    response
}

/// Sets the delay before a retry, in whole seconds, rounded up.
fn retry_after(delay: Duration, headers: &mut HeaderMap) {
    let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
    headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
}
