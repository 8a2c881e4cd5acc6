//! The body of a request: one value, or a stream of them.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::{Bytes, BytesMut};
use futures::{StreamExt, stream};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::time;

use super::{failure::HttpError, values::JsonSplitter};
use crate::{Error, Result, Streaming};

/// Fails unless the headers say that the body is JSON, unpacked.
pub(super) fn check_type(headers: &HeaderMap) -> Result<(), HttpError> {
    let unsupported = |why: &str| HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Error::invalid_argument(why));
    let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.as_bytes());
    if encoding.is_some_and(|encoding| !encoding.eq_ignore_ascii_case(b"identity")) {
        return Err(unsupported("the body is compressed; send it as it is"));
    }
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if is_json(kind) { Ok(()) } else { Err(unsupported("the body must be of content-type application/json")) }
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

/// The whole body, of at most `limit` bytes, none of which comes later than `timeout` after the one before.
pub(super) async fn whole(body: Body, limit: usize, timeout: Duration) -> Result<Bytes, HttpError> {
    let (mut body, mut bytes) = (Limited::new(body, limit), BytesMut::new());
    let late = |_| Some(Err("the rest of the request did not come".into()));
    while let Some(frame) = time::timeout(timeout, body.frame()).await.unwrap_or_else(late) {
        if let Ok(data) = frame.map_err(|error| unread(error, limit))?.into_data() {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes.freeze())
}

fn unread(error: Box<dyn std::error::Error + Send + Sync>, limit: usize) -> HttpError {
    match error.is::<LengthLimitError>() {
        true => HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, too_large(limit)),
        false => HttpError::new(StatusCode::BAD_REQUEST, broken(error)),
    }
}

/// The values of a body as they come, each of at most `limit` bytes.
pub(super) fn stream(body: Body, limit: usize) -> Streaming<Bytes> {
    let start = Some((body.into_data_stream(), JsonSplitter::default()));
    Streaming::new(stream::unfold(start, move |state| async move {
        let (mut chunks, mut values) = state?;
        loop {
            let next = values.next();
            if next.as_ref().map_or(values.pending(), Bytes::len) > limit {
                return Some((Err(too_large(limit)), None));
            }
            if let Some(value) = next {
                return Some((Ok(value), Some((chunks, values))));
            }
            match chunks.next().await {
                Some(Ok(chunk)) => values.push(&chunk),
                Some(Err(error)) => return Some((Err(broken(error)), None)),
                None => return values.rest().map(|value| (Ok(value), None)),
            }
        }
    }))
}

fn too_large(limit: usize) -> Error {
    Error::resource_exhausted(format!("a message of the body is larger than {limit} bytes"))
}

fn broken(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Error {
    Error::cancelled("the body broke off").with_source(error)
}
