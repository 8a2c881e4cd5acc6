//! Entity tags, from fields `etag` (AIP-154), and requests that depend on them (RFC 9110, section 13).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
};

use crate::{
    Code, Error, Result,
    gateway::error::HttpError,
    json::{self, JsonValue},
};

/// Returns the entity tag of a message. A text without quotes becomes a weak tag, since a message has several forms.
pub(crate) fn tag_of<T: JsonValue>(message: &T) -> Option<HeaderValue> {
    let fields = json::bytes_of_fields(message, None);
    let (_, tag) = fields.into_iter().find(|(name, tag)| *name == "etag" && !tag.is_empty())?;
    let tag = if tag.ends_with(b"\"") { tag } else { [b"W/\"", &tag[..], b"\""].concat() };
    HeaderValue::try_from(tag).ok()
}

/// Returns the text of an `etag` field for the tag that `If-Match` names: the reverse of [`tag_of`].
pub(crate) fn expected_tag(request: &HeaderMap) -> Result<Option<String>> {
    let tags: Vec<&str> = tags(request, &header::IF_MATCH).collect();
    match tags[..] {
        [] | ["*"] => Ok(None),
        [tag] => {
            let weak = tag.strip_prefix("W/\"").and_then(|tag| tag.strip_suffix('"'));
            Ok(Some(weak.unwrap_or(tag).to_owned()))
        }
        _ => Err(Error::invalid_argument("the header if-match must have one entity tag")),
    }
}

/// Returns whether a request applies only to some versions.
pub(crate) fn is_conditional(request: &HeaderMap) -> bool {
    request.contains_key(header::IF_MATCH) || request.contains_key(header::IF_NONE_MATCH)
}

/// Returns the error of a write: 412 if the service refused it because of its condition.
pub(crate) fn unless_refused(error: HttpError) -> HttpError {
    let is_refused = matches!(error.error.code(), Code::Aborted | Code::FailedPrecondition | Code::AlreadyExists);
    if is_refused { error.with_status(StatusCode::PRECONDITION_FAILED) } else { error }
}

/// Removes the body of a response that its caller already has. Fails if the caller expects another version.
pub(crate) fn apply(request: &HeaderMap, response: &mut Response<Body>) -> Result<(), HttpError> {
    if response.status() != StatusCode::OK {
        return Ok(());
    }
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    if request.contains_key(header::IF_MATCH) && !is_named(request, &header::IF_MATCH, tag) {
        let error = Error::failed_precondition("the resource has another version");
        return Err(HttpError::new(StatusCode::PRECONDITION_FAILED, error));
    }
    let is_known = match request.contains_key(header::IF_NONE_MATCH) {
        true => is_named(request, &header::IF_NONE_MATCH, tag),
        false => is_unmodified(request, response.headers()),
    };
    if is_known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(header::CONTENT_TYPE);
    }
    Ok(())
}

/// Returns whether a header names a tag, weak or not. `*` names every tag.
fn is_named(request: &HeaderMap, header: &HeaderName, tag: Option<&str>) -> bool {
    let opaque = |tag: &str| tag.trim_start_matches("W/").to_owned();
    let Some(own) = tag.map(opaque) else { return false };
    tags(request, header).any(|given| given == "*" || opaque(given) == own)
}

/// Returns whether the caller has the version of exactly this date.
fn is_unmodified(request: &HeaderMap, response: &HeaderMap) -> bool {
    let since = request.get(header::IF_MODIFIED_SINCE);
    since.is_some() && since == response.get(header::LAST_MODIFIED)
}

/// Returns the entity tags of a header.
fn tags<'h>(request: &'h HeaderMap, header: &HeaderName) -> impl Iterator<Item = &'h str> + use<'h> {
    let values = request.get_all(header).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim).filter(|tag| !tag.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::expected_tag;

    #[test]
    fn the_tag_of_a_request_is_the_text_of_its_field() {
        for (header, expected) in
            [("*", Some(None)), ("\"a\"", Some(Some("\"a\""))), ("W/\"a\"", Some(Some("a"))), ("\"a\", \"b\"", None)]
        {
            let headers = HeaderMap::from_iter([(header::IF_MATCH, HeaderValue::from_static(header))]);
            let found = expected_tag(&headers).ok();
            assert_eq!(found, expected.map(|tag| tag.map(str::to_owned)), "{header}");
        }
    }
}
