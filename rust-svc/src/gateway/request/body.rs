//! The body of a request: one value, or a stream of them.

use std::time::Duration;

use ::http_body::Frame;
use axum::{
    body::{Body, HttpBody},
    http::{HeaderMap, StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time;

use super::splitter::{JsonSplitter, NotAnArray};
#[cfg(feature = "multipart")]
use crate::gateway::bytes::multipart;
use crate::{
    Error, Result, Streaming,
    error::BoxError,
    gateway::{bytes::http_body, error::HttpError, routing::BoundRoute, settings::GatewaySettings},
};

/// The kinds of bodies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyKind {
    Json,
    /// Bytes of any type.
    Bytes,
    /// A form of HTML.
    Form,
    /// A form of HTML with files.
    #[cfg(feature = "multipart")]
    Multipart,
}

impl BodyKind {
    /// Returns the kind of the body of a route.
    pub(crate) fn of(route: &BoundRoute, headers: &HeaderMap, settings: &GatewaySettings) -> Self {
        let is_form = || media_type(headers).eq_ignore_ascii_case("application/x-www-form-urlencoded");
        #[cfg(feature = "multipart")]
        if (route.takes_bytes || settings.form_bodies) && multipart::is_multipart(headers) {
            return Self::Multipart;
        }
        match route.takes_bytes {
            true => Self::Bytes,
            false if settings.form_bodies && is_form() => Self::Form,
            false => Self::Json,
        }
    }

    /// Fails unless the headers declare an uncompressed body of this kind.
    fn check(self, headers: &HeaderMap) -> Result<(), HttpError> {
        let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes());
        if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
            return Err(unsupported("the body is compressed; send it as it is"));
        }
        match self {
            Self::Json if !is_json(content_type(headers)) => {
                Err(unsupported("the body must be of content-type application/json"))
            }
            _ => Ok(()),
        }
    }
}

/// Reads the whole body of at most `limit` bytes, which may pause for `timeout`. An empty body needs no content type.
pub(crate) async fn read_whole(
    body: Body,
    headers: &HeaderMap,
    kind: BodyKind,
    limit: usize,
    timeout: Duration,
) -> Result<Bytes, HttpError> {
    let (mut body, mut first, mut all) = (Limited::new(body, limit), Bytes::new(), BytesMut::new());
    while let Some(frame) = next_frame(&mut body, timeout).await {
        let Ok(data) = frame.map_err(|error| body_error(error, limit))?.into_data() else { continue };
        if first.is_empty() && !data.is_empty() {
            kind.check(headers)?;
            first = data;
            continue;
        }
        if all.is_empty() {
            all.extend_from_slice(&first);
        }
        all.extend_from_slice(&data);
    }
    // A body of one frame is not copied.
    Ok(if all.is_empty() { first } else { all.freeze() })
}

/// Returns the next frame of a body, or the error of one that does not come in time.
async fn next_frame(body: &mut Limited<Body>, timeout: Duration) -> Option<Result<Frame<Bytes>, BoxError>> {
    if timeout == Duration::MAX {
        return body.frame().await;
    }
    let late = |_| Some(Err("the rest of the request did not come".into()));
    time::timeout(timeout, body.frame()).await.unwrap_or_else(late)
}

/// Returns the values of a body as they arrive, each of at most `limit` bytes. An empty body needs no content type, but has
/// to end within `timeout`.
pub(crate) async fn read_stream(
    body: Body,
    headers: &HeaderMap,
    limit: usize,
    timeout: Duration,
) -> Result<Streaming<Bytes>, HttpError> {
    match BodyKind::Json.check(headers) {
        Ok(()) => Ok(split(body, splitter(headers), limit)),
        Err(_) if time::timeout(timeout, is_empty(body)).await == Ok(true) => Ok(Streaming::empty()),
        Err(error) => Err(error),
    }
}

/// Returns the chunks of a body of bytes, or of the files of a form, as they arrive, each as the JSON of a
/// `google.api.HttpBody`.
#[cfg_attr(not(feature = "multipart"), allow(unused_variables, reason = "a plain chunk has no limit"))]
pub(crate) fn read_chunks(body: Body, headers: &HeaderMap, limit: usize) -> Result<Streaming<Bytes>, HttpError> {
    BodyKind::Bytes.check(headers)?;
    #[cfg(feature = "multipart")]
    if multipart::is_multipart(headers) {
        return multipart::read_files(body, headers, limit);
    }
    let content_type = content_type(headers).to_owned();
    let chunks = body.into_data_stream().map(move |chunk| {
        let chunk = chunk.map_err(incomplete)?;
        Ok(Bytes::from(http_body::to_json(&content_type, &chunk)))
    });
    Ok(Streaming::new(chunks))
}

async fn is_empty(mut body: Body) -> bool {
    while !body.is_end_stream() {
        match body.frame().await {
            Some(Ok(frame)) if frame.data_ref().is_none_or(Bytes::is_empty) => (),
            Some(_) => return false,
            None => return true,
        }
    }
    true
}

/// Only `application/json` may be an array of the messages: a line of the other types may be an array itself.
fn splitter(headers: &HeaderMap) -> JsonSplitter {
    if media_type(headers).eq_ignore_ascii_case("application/json") {
        JsonSplitter::maybe_array()
    } else {
        JsonSplitter::default()
    }
}

fn split(body: Body, splitter: JsonSplitter, limit: usize) -> Streaming<Bytes> {
    let start = Some((body.into_data_stream(), splitter));
    Streaming::new(stream::unfold(start, move |state| async move {
        let (mut chunks, mut values) = state?;
        loop {
            let next = match values.next() {
                Ok(next) => next,
                Err(error) => return Some((Err(invalid(error)), None)),
            };
            if next.as_ref().map_or(values.pending(), Bytes::len) > limit {
                return Some((Err(too_large(limit)), None));
            }
            if let Some(value) = next {
                return Some((Ok(value), Some((chunks, values))));
            }
            match chunks.next().await {
                Some(Ok(chunk)) => values.push(&chunk),
                Some(Err(error)) => return Some((Err(incomplete(error)), None)),
                None => return values.rest().map_err(invalid).transpose().map(|value| (value, None)),
            }
        }
    }))
}

fn unsupported(why: &str) -> HttpError {
    HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Error::invalid_argument(why))
}

/// Returns the content type without its parameters.
fn media_type(headers: &HeaderMap) -> &str {
    content_type(headers).split(';').next().unwrap_or_default().trim()
}

/// Returns the content type; an empty text if there is none.
pub(crate) fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn is_json(kind: &str) -> bool {
    let mut parts = kind.split(';').map(|part| part.trim().to_ascii_lowercase());
    let media = parts.next().unwrap_or_default();
    let subtype = media.strip_prefix("application/").unwrap_or_default();
    let known = matches!(subtype, "json" | "x-ndjson" | "jsonl" | "json-seq") || subtype.ends_with("+json");
    let utf8 = |part: &String| match part.strip_prefix("charset=") {
        Some(charset) => matches!(charset.trim_matches('"'), "utf-8" | "utf8" | "us-ascii"),
        None => true,
    };
    known && parts.all(|part| utf8(&part))
}

/// The limit may be that of a layer around the gateway.
fn body_error(error: BoxError, limit: usize) -> HttpError {
    let mut causes = std::iter::successors(Some(&*error as &dyn std::error::Error), |cause| cause.source());
    match causes.any(|cause| cause.is::<LengthLimitError>()) {
        true => HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, too_large(limit)),
        false => HttpError::new(StatusCode::BAD_REQUEST, incomplete(error)),
    }
}

fn too_large(limit: usize) -> Error {
    Error::resource_exhausted(format!("a message of the body is larger than {limit} bytes"))
}

fn invalid(NotAnArray(why): NotAnArray) -> Error {
    Error::invalid_argument(format!("the request is not valid JSON: {why}"))
}

fn incomplete(error: impl Into<BoxError>) -> Error {
    Error::cancelled("the body broke off").with_source(error)
}
