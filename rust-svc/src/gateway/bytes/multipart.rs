//! Bodies of `multipart/form-data`: files and texts of a form (RFC 7578).

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
};

use axum::{
    body::Body,
    http::{HeaderMap, StatusCode, header},
};
use bytes::Bytes;
use futures::{Stream, future, stream};
use multer::{Field, Multipart};

use super::http_body;
use crate::{Error, Result, Streaming, error::BoxError, gateway::error::HttpError};

/// The most parts of a form.
const MAX_PARTS: usize = 1_000;

/// A part of a form.
#[derive(Debug)]
pub(crate) struct FormPart {
    pub(crate) name: String,
    /// Whether it is a file, and not a text.
    pub(crate) is_file: bool,
    pub(crate) content_type: String,
    pub(crate) data: Bytes,
}

/// Returns whether the headers declare a form of parts.
pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let media = content_type(headers).split(';').next().unwrap_or_default().trim();
    media.eq_ignore_ascii_case("multipart/form-data")
}

/// Reads the parts of a whole body.
pub(crate) async fn read_parts(body: Bytes, headers: &HeaderMap) -> Result<Vec<FormPart>, HttpError> {
    let mut form = Multipart::new(stream::once(future::ready(Ok::<_, Infallible>(body))), boundary(headers)?);
    let mut parts = Vec::new();
    while let Some(field) = form.next_field().await.map_err(invalid)? {
        if parts.len() == MAX_PARTS {
            return Err(Error::invalid_argument(format!("the form has more than {MAX_PARTS} parts")).into());
        }
        let (name, content_type) =
            (field.name().unwrap_or_default().to_owned(), content_type(field.headers()).to_owned());
        let is_file = field.file_name().is_some();
        parts.push(FormPart { name, is_file, content_type, data: field.bytes().await.map_err(invalid)? });
    }
    Ok(parts)
}

/// Returns the chunks of all files as they arrive, each as the JSON of a `google.api.HttpBody`. Between two chunks are at most
/// `limit` bytes.
pub(crate) fn read_files(body: Body, headers: &HeaderMap, limit: usize) -> Result<Streaming<Bytes>, HttpError> {
    let pending = Arc::new(AtomicUsize::new(0));
    let form = Multipart::new(one_by_one(body, pending.clone(), limit), boundary(headers)?);
    Ok(Streaming::new(stream::try_unfold((form, None), move |(mut form, file)| {
        let pending = pending.clone();
        async move {
            let mut file: Option<Field<'static>> = file;
            loop {
                if let Some(open) = &mut file
                    && let Some(chunk) = open.chunk().await.map_err(invalid)?
                {
                    pending.store(0, Ordering::Relaxed);
                    let message = Bytes::from(http_body::to_json(content_type(open.headers()), &chunk));
                    return Ok(Some((message, (form, file))));
                }
                // The reader of the next part waits for this one to be gone.
                drop(file.take());
                match form.next_field().await.map_err(invalid)? {
                    None => return Ok(None),
                    Some(text) if text.file_name().is_none() => {
                        return Err(Error::invalid_argument("a form for a stream of bytes has only files"));
                    }
                    next => file = next,
                }
            }
        }
    })))
}

/// Returns the chunks of a body, with a pause after each: the reader of forms would otherwise read all that has arrived.
fn one_by_one(
    body: Body,
    pending: Arc<AtomicUsize>,
    limit: usize,
) -> impl Stream<Item = Result<Bytes, BoxError>> + Send + 'static {
    let (mut chunks, mut is_paused) = (body.into_data_stream(), false);
    stream::poll_fn(move |cx| {
        is_paused = !is_paused;
        if !is_paused {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let Poll::Ready(chunk) = Pin::new(&mut chunks).poll_next(cx) else {
            is_paused = false;
            return Poll::Pending;
        };
        let length = chunk.as_ref().and_then(|chunk| chunk.as_ref().ok()).map_or(0, Bytes::len);
        if pending.fetch_add(length, Ordering::Relaxed) > limit && length > 0 {
            return Poll::Ready(Some(Err("the form has too much between its files".into())));
        }
        Poll::Ready(chunk.map(|chunk| chunk.map_err(BoxError::from)))
    })
}

fn boundary(headers: &HeaderMap) -> Result<String, HttpError> {
    multer::parse_boundary(content_type(headers)).map_err(|error| {
        let error = Error::invalid_argument("the content type of the form has no boundary").with_source(error);
        HttpError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, error)
    })
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn invalid(error: multer::Error) -> Error {
    match error {
        multer::Error::StreamReadFailed(cause) => Error::invalid_argument(format!("the form broke off: {cause}")),
        error => Error::invalid_argument(format!("the form is not valid: {error}")),
    }
}
