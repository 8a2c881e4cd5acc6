//! Metadata as HTTP headers and trailers.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};

#[cfg(feature = "adapter")]
use crate::call::metadata::ReceivedMetadata;
use crate::{Error, Metadata, Result, Value};

const BINARY: &str = "-bin";

/// The base64 of `-bin` headers. gRPC requires senders to omit padding, and receivers to accept both.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The headers of a request that passed [`check`], not converted to metadata yet.
#[cfg(feature = "adapter")]
pub(crate) struct Headers(pub(crate) HeaderMap);

#[cfg(feature = "adapter")]
impl ReceivedMetadata for Headers {
    fn decode(&self) -> Metadata {
        from_headers(&self.0)
    }

    fn visit_texts<'a>(&'a self, keys: &[&str], visit: &mut dyn FnMut(usize, &'a str)) {
        // Headers are few: comparing each is cheaper than making header names from the keys.
        for (name, value) in &self.0 {
            let name = name.as_str();
            let index = keys.iter().position(|key| name == *key).filter(|_| !is_reserved(name) && !is_binary(name));
            if let Some((index, text)) = index.and_then(|index| Some((index, text(value)?))) {
                visit(index, text);
            }
        }
    }
}

/// Returns all values of a header. Most calls have few headers: comparing each is cheaper than hashing the name.
pub(crate) fn all<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a HeaderValue> {
    headers.iter().filter(move |(it, _)| *it == name).map(|(_, value)| value)
}

/// Returns the first value of a header.
pub(crate) fn first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    all(headers, name).next()
}

/// Returns the metadata in headers or trailers: all but the headers of HTTP and gRPC. Malformed entries are skipped; a
/// server calls [`check`] first, so that none is lost.
pub(crate) fn from_headers(headers: &HeaderMap) -> Metadata {
    let mut metadata = Metadata::new();
    for (name, value) in headers.iter().filter(|(name, _)| !is_reserved(name.as_str())) {
        let Some(text) = text(value) else { continue };
        // Names that are valid in HTTP but not in gRPC are skipped.
        let mut append = |value| drop(metadata.append(name.as_str(), value));
        match is_binary(name.as_str()) {
            true => decode_all(text).unwrap_or_default().into_iter().for_each(append),
            false => append(text.into()),
        }
    }
    metadata
}

/// Fails with `INVALID_ARGUMENT` if a value is not printable ASCII or, for a key that ends in `-bin`, not base64. The message
/// names the key.
pub(crate) fn check(headers: &HeaderMap) -> Result<()> {
    // Most headers are well-formed, so whether they are metadata is checked last.
    let mut unreadable = headers.iter().filter(|(name, value)| !is_readable(name.as_str(), value));
    let Some((name, _)) = unreadable.find(|(name, _)| !is_reserved(name.as_str())) else { return Ok(()) };
    let form = if is_binary(name.as_str()) { "base64" } else { "printable ASCII" };
    Err(Error::invalid_argument(format!("the value of metadata `{name}` is not {form}")))
}

/// Converts metadata to headers or trailers. Values of a repeated key keep their order.
pub(crate) fn into_headers(metadata: &Metadata) -> HeaderMap {
    let mut headers = HeaderMap::new();
    append(metadata, &mut headers);
    headers
}

/// Appends metadata to headers or trailers.
pub(crate) fn append(metadata: &Metadata, headers: &mut HeaderMap) {
    for (name, value) in entries(metadata) {
        headers.append(name, value);
    }
}

/// Appends the metadata that are missing. The error of a call to another server may contain them already.
#[cfg(feature = "adapter")]
pub(crate) fn append_new(metadata: &Metadata, headers: &mut HeaderMap) {
    let is_new = |(name, value): &(HeaderName, HeaderValue)| !all(headers, name).any(|it| it == value);
    let new: Vec<_> = entries(metadata).filter(is_new).collect();
    new.into_iter().for_each(|(name, value)| _ = headers.append(name, value));
}

fn entries(metadata: &Metadata) -> impl Iterator<Item = (HeaderName, HeaderValue)> {
    let entries = metadata.iter().filter_map(|(key, value)| Some((HeaderName::try_from(key).ok()?, print(value)?)));
    entries.filter(|(name, _)| !is_reserved(name.as_str()))
}

fn print(value: &Value) -> Option<HeaderValue> {
    match value {
        Value::Text(text) => HeaderValue::try_from(text).ok(),
        Value::Binary(bytes) => HeaderValue::try_from(encode(bytes)).ok(),
    }
}

fn is_readable(name: &str, value: &HeaderValue) -> bool {
    is_printable(value) && (!is_binary(name) || text(value).and_then(decode_all).is_some())
}

fn text(value: &HeaderValue) -> Option<&str> {
    std::str::from_utf8(value.as_bytes()).ok().filter(|_| is_printable(value))
}

/// Checks all bytes, which is faster than stopping at the first invalid one.
fn is_printable(value: &HeaderValue) -> bool {
    let beyond_space = value.as_bytes().iter().map(|byte| byte.wrapping_sub(b' '));
    beyond_space.fold(0, u8::max) <= b'~' - b' '
}

/// Binary values may be joined by commas, which base64 does not contain.
fn decode_all(text: &str) -> Option<Vec<Value>> {
    text.split(',').map(|part| decode(part.trim())).collect()
}

/// Encodes bytes as the value of a `-bin` header.
pub(crate) fn encode(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

/// Decodes the value of a `-bin` header.
pub(crate) fn decode(text: &str) -> Option<Value> {
    BASE64.decode(text).ok().map(|bytes| Value::Binary(Bytes::from(bytes)))
}

fn is_binary(name: &str) -> bool {
    name.ends_with(BINARY)
}

/// Returns whether a header belongs to HTTP or gRPC, and is not metadata.
fn is_reserved(name: &str) -> bool {
    name.starts_with("grpc-")
        || matches!(
            name,
            "connection"
                | "content-length"
                | "content-type"
                | "date"
                | "host"
                | "keep-alive"
                | "proxy-connection"
                | "te"
                | "trailer"
                | "transfer-encoding"
                | "upgrade"
        )
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, HeaderValue};

    use super::{check, from_headers, into_headers};
    use crate::{Metadata, Value};

    fn headers(entries: &[(&'static str, &[u8])]) -> HeaderMap {
        let entry = |(name, value): &(&'static str, &[u8])| {
            (HeaderName::from_static(name), HeaderValue::from_bytes(value).expect("a header value"))
        };
        let mut map = HeaderMap::new();
        for (name, value) in entries.iter().map(entry) {
            map.append(name, value);
        }
        map
    }

    #[test]
    fn metadata_is_converted_to_headers_and_back() {
        let mut metadata = Metadata::new();
        for (key, value) in [
            ("x-tenant", Value::from("t1")),
            ("x-tenant", "t 2".into()),
            ("trace-bin", vec![0, 255].into()),
            ("trace-bin", Vec::new().into()),
            ("authorization", "Bearer abc".into()),
        ] {
            metadata.append(key, value).expect("metadata");
        }
        let headers = into_headers(&metadata);
        assert_eq!(headers.get("trace-bin").expect("an entry"), "AP8");
        assert_eq!(from_headers(&headers), metadata);
    }

    #[test]
    fn headers_of_the_protocol_are_skipped() {
        let all = headers(&[
            ("content-type", b"application/grpc"),
            ("te", b"trailers"),
            ("date", b"Sat, 21 Nov 2026 03:37:38 GMT"),
            ("grpc-timeout", b"1S"),
            ("transfer-encoding", b"chunked"),
            ("grpc-status-details-bin", b"?"),
            ("user-agent", b"grpc-python"),
        ]);
        assert!(check(&all).is_ok());
        let metadata = from_headers(&all);
        assert_eq!(metadata.iter().map(|(key, _)| key).collect::<Vec<_>>(), ["user-agent"]);
    }

    #[test]
    fn binary_values_may_be_padded_or_joined() {
        for (text, values) in [("AP8=", vec![&[0, 255][..]]), ("AP8", vec![&[0, 255]]), ("AA,AQ==", vec![&[0], &[1]])] {
            let metadata = from_headers(&headers(&[("x-bin", text.as_bytes())]));
            let read: Vec<_> = metadata.get_all("x-bin").filter_map(Value::as_binary).collect();
            assert_eq!(read, values, "{text}");
        }
    }

    #[test]
    fn malformed_values_are_named() {
        for (name, value, message) in [
            ("x-bin", &b"???"[..], "the value of metadata `x-bin` is not base64"),
            ("x-text", "é".as_bytes(), "the value of metadata `x-text` is not printable ASCII"),
            ("x-text", b"a\tb", "the value of metadata `x-text` is not printable ASCII"),
        ] {
            let malformed = headers(&[("x-good", b"1"), (name, value)]);
            assert_eq!(check(&malformed).expect_err(name).message(), message);
            assert_eq!(from_headers(&malformed).len(), 1);
        }
    }
}
