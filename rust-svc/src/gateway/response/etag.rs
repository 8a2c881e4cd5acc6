//! The entity tag of a response, from its field `etag` (AIP-154), and requests that know it (RFC 9110, section 13.1.2).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};

use crate::json::{self, JsonValue};

/// Returns the entity tag of a message. A text without quotes becomes a weak tag, since a message has several forms.
pub(crate) fn of<T: JsonValue>(message: &T) -> Option<HeaderValue> {
    let fields = json::bytes_of_fields(message, None);
    let (_, tag) = fields.into_iter().find(|(name, tag)| *name == "etag" && !tag.is_empty())?;
    let tag = if tag.ends_with(b"\"") { tag } else { [b"W/\"", &tag[..], b"\""].concat() };
    HeaderValue::try_from(tag).ok()
}

/// Adds an entity tag to a response. The response has no body if the caller has this version.
pub(crate) fn set(tag: HeaderValue, request: &HeaderMap, response: &mut Response<Body>) {
    let is_known = response.status() == StatusCode::OK && is_known(request, &tag);
    response.headers_mut().entry(header::ETAG).or_insert(tag);
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
}

/// Returns whether `If-None-Match` names a tag, weak or not.
fn is_known(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(own) = tag.to_str().map(opaque) else { return false };
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|given| given.trim() == "*" || opaque(given) == own)
}
