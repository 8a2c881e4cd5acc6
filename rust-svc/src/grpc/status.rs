//! The status of a call, as headers and trailers carry it.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use prost::Message as _;

use super::{header, metadata, percent};
use crate::{Code, Error, Metadata, Result, types::rpc};

/// The largest message and the largest details that are sent, in bytes. Percent encoding triples a message at worst and
/// base64 adds a third to details. Many clients accept 16 KiB of trailers, and lose the whole status if it is larger.
const MAX_MESSAGE: usize = 2 * 1024;
const MAX_DETAILS: usize = 6 * 1024;

/// Returns the status of an error as headers or trailers: code, message, details and metadata, but not the source.
///
/// A message or details that are too large for trailers are shortened.
pub(crate) fn to_headers(error: &Error) -> HeaderMap {
    let mut headers = metadata::into_headers(error.metadata());
    insert(error, &mut headers);
    headers
}

/// Sets code, message and details of an error in headers or trailers.
pub(crate) fn insert(error: &Error, headers: &mut HeaderMap) {
    headers.insert(header::STATUS, error.code().number().into());
    #[cfg(feature = "adapter")]
    if let Some(millis) = error.pushback().millis() {
        headers.insert(header::RETRY_PUSHBACK, millis.into());
    }
    let message = HeaderValue::try_from(percent::encode(shorten(error.message())));
    let details = HeaderValue::try_from(metadata::encode(&details(error)));
    for (name, value) in [(header::MESSAGE, message), (header::STATUS_DETAILS, details)] {
        if let Some(value) = value.ok().filter(|value| !value.is_empty()) {
            headers.insert(name, value);
        }
    }
}

/// Returns a response that consists of one HEADERS frame with the status.
#[cfg(feature = "adapter")]
pub(crate) fn trailers_only<B: Default>(mut status: HeaderMap) -> http::Response<B> {
    status.insert(http::header::CONTENT_TYPE, HeaderValue::from_static(super::content_type::GRPC));
    let mut response = http::Response::new(B::default());
    *response.headers_mut() = status;
    response
}

/// Reads a status from headers or trailers. Returns `None` if there is none, the metadata beside it if it is OK, and
/// otherwise its error. Malformed details are ignored.
pub(crate) fn from_headers(headers: &HeaderMap) -> Option<Result<Metadata>> {
    let number = metadata::first(headers, &header::STATUS)?.to_str().ok().and_then(|text| text.parse().ok());
    let metadata = metadata::from_headers(headers);
    match Code::from_number(number.unwrap_or(Code::Unknown.number())) {
        None => Some(Ok(metadata)),
        Some(code) => Some(Err(error(code, headers).with_metadata(metadata))),
    }
}

fn error(code: Code, headers: &HeaderMap) -> Error {
    let message = headers.get(header::MESSAGE).map(|value| percent::decode(value.as_bytes())).unwrap_or_default();
    let details = read_details(headers).unwrap_or_default().details;
    Error::from(rpc::Status { code: code.number(), message, details })
}

fn read_details(headers: &HeaderMap) -> Option<rpc::Status> {
    let text = headers.get(header::STATUS_DETAILS)?.to_str().ok()?;
    rpc::Status::decode(metadata::decode(text)?.as_binary()?).ok()
}

/// Returns the details of an error as `google.rpc.Status`; no bytes if there are none.
pub(super) fn details(error: &Error) -> Bytes {
    let mut status = rpc::Status::from(error);
    status.message = shorten(error.message()).to_owned();
    while status.encoded_len() > MAX_DETAILS {
        let Some(detail) = status.details.pop() else { break };
        tracing::warn!(detail = detail.type_url, "a detail of an error is too large to be sent");
    }
    if status.details.is_empty() { Bytes::new() } else { status.encode_to_vec().into() }
}

fn shorten(message: &str) -> &str {
    let end = (0..=MAX_MESSAGE.min(message.len())).rev().find(|end| message.is_char_boundary(*end));
    &message[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use std::{error::Error as _, io, time::Duration};

    use super::*;
    use crate::Violation;

    fn headers(entries: &[(&'static str, &'static str)]) -> HeaderMap {
        entries.iter().map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value"))).collect()
    }

    fn read(headers: &HeaderMap) -> Error {
        from_headers(headers).expect("a status").expect_err("an error")
    }

    #[cfg(feature = "adapter")]
    #[test]
    fn an_instruction_about_retries_is_a_header() {
        use crate::error::Pushback;
        let after = Pushback::After(Duration::from_millis(1500));
        for (pushback, expected) in [(Pushback::None, None), (after, Some("1500")), (Pushback::Stop, Some("-1"))] {
            let headers = to_headers(&Error::unavailable("").with_pushback(pushback));
            let value = headers.get("grpc-retry-pushback-ms").map(|value| value.to_str().expect("a number"));
            assert_eq!(value, expected);
        }
    }

    #[test]
    fn errors_without_details_have_two_headers() {
        for number in 1..=16 {
            let code = Code::from_number(number).expect("a code");
            let headers = to_headers(&Error::new(code, "no é"));
            assert_eq!((headers.len(), &headers["grpc-message"]), (2, &HeaderValue::from_static("no%20%C3%A9")));
            let error = read(&headers);
            assert_eq!((error.code(), error.message(), error.details()), (code, "no é", &[][..]));
        }
        assert_eq!(to_headers(&Error::new(Code::Aborted, "")), headers(&[("grpc-status", "10")]));
    }

    #[test]
    fn everything_but_the_source_is_sent() {
        let mut metadata = Metadata::new();
        metadata.append("x-shard", "7").expect("metadata");
        metadata.append("x-shard", "8").expect("metadata");
        let info = rpc::ErrorInfo { reason: "SOLD_OUT".into(), ..Default::default() };
        let violation = Violation::new("items[0].sku", "is required").with_reason("REQUIRED");
        let error = Error::invalid_argument("wrong")
            .with_detail(info.clone())
            .with_violations([violation.clone()])
            .with_retry_delay(Duration::from_millis(1500))
            .with_metadata(metadata.clone())
            .with_source(io::Error::other("secret"));

        let headers = to_headers(&error);
        assert!(!format!("{headers:?}").contains("secret"));
        let read = read(&headers);
        assert_eq!(read.detail::<rpc::ErrorInfo>(), Some(info));
        assert_eq!(read.violations(), [violation]);
        assert_eq!(read.retry_delay(), Some(Duration::from_millis(1500)));
        assert_eq!(read.metadata(), &metadata);
        assert!(read.source().is_none());
    }

    #[test]
    fn large_messages_and_details_are_shortened() {
        let info = |size| rpc::ErrorInfo { reason: "x".repeat(size), ..Default::default() };
        let error = Error::new(Code::Aborted, "é".repeat(5000)).with_detail(info(10)).with_detail(info(5000));
        let read = read(&to_headers(&error));
        assert_eq!((read.message().len(), read.details()), (2048, &error.details()[..1]));
    }

    #[test]
    fn unknown_and_malformed_codes_are_unknown() {
        for (text, code) in [
            ("5", Code::NotFound),
            ("16", Code::Unauthenticated),
            ("17", Code::Unknown),
            ("-1", Code::Unknown),
            ("five", Code::Unknown),
            ("", Code::Unknown),
        ] {
            assert_eq!(read(&headers(&[("grpc-status", text)])).code(), code, "{text:?}");
        }
        assert!(matches!(from_headers(&headers(&[("grpc-status", "0")])), Some(Ok(_))));
        assert!(from_headers(&headers(&[("content-type", "application/grpc")])).is_none());
    }

    #[test]
    fn malformed_details_are_ignored() {
        for details in ["AAAA", "not base64!", "%%%", "CAUSA2Jhcg"] {
            let all = headers(&[("grpc-status", "5"), ("grpc-status-details-bin", details), ("x-shard", "7")]);
            let error = read(&all);
            assert_eq!((error.code(), error.message(), error.details().len()), (Code::NotFound, "", 0));
            assert_eq!(error.metadata().get("x-shard"), Some("7"));
        }
    }
}
