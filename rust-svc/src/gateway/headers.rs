//! Headers of HTTP and metadata of a call, by the rules of grpc-gateway.

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

use crate::{
    Error, Metadata, Result, Value,
    json::{decode_base64, encode_base64},
};

/// The prefix of a header that is metadata.
const PREFIX: &str = "grpc-metadata-";
/// The prefix of a header that is a trailer of the call.
const TRAILER_PREFIX: &str = "grpc-trailer-";
const BINARY: &str = "-bin";

/// Headers that are metadata without a prefix.
const UNPREFIXED_REQUEST_HEADERS: [&str; 7] =
    ["authorization", "baggage", "last-event-id", "traceparent", "tracestate", "x-forwarded-host", "x-request-id"];

/// Response metadata that is an HTTP header without a prefix.
const UNPREFIXED_RESPONSE_HEADERS: [&str; 11] = [
    "cache-control",
    "content-disposition",
    "content-language",
    "etag",
    "expires",
    "last-modified",
    "link",
    "location",
    "retry-after",
    "vary",
    "www-authenticate",
];

/// Response metadata that is the HTTP status.
pub(super) const STATUS: &str = "x-http-code";

/// The permanent headers of HTTP that grpc-gateway passes on.
const PERMANENT: [&str; 24] = [
    "accept",
    "accept-charset",
    "accept-language",
    "accept-ranges",
    "authorization",
    "cache-control",
    "content-type",
    "cookie",
    "date",
    "expect",
    "from",
    "host",
    "if-match",
    "if-modified-since",
    "if-none-match",
    "if-schedule-tag-match",
    "if-unmodified-since",
    "max-forwards",
    "origin",
    "pragma",
    "referer",
    "user-agent",
    "via",
    "warning",
];

/// Keys that a prefixed header may not set: they belong to the connection, to HTTP, or to the gateway.
const RESERVED: [&str; 19] = [
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "forwarded",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-real-ip",
];

/// Returns the metadata of a request from `peer`. Fails if the value of a `-bin` header is not base64. Other headers that
/// cannot be metadata are omitted.
pub(super) fn metadata(headers: &HeaderMap, uri: &Uri, peer: Option<&str>) -> Result<Metadata> {
    let mut metadata = Metadata::new();
    let hop_by_hop: Vec<String> = named_in_connection(headers);
    for (name, value) in headers {
        let own = UNPREFIXED_REQUEST_HEADERS.contains(&name.as_str()).then_some(name.as_str());
        let Some(key) = own.or_else(|| strip_prefix(name, headers)) else { continue };
        if hop_by_hop.iter().any(|it| it == key || it == name.as_str()) {
            continue;
        }
        for value in read(key, value)? {
            // Keys and values that gRPC does not carry are dropped.
            let _ = metadata.append(key, value);
        }
    }
    forward(headers, uri, peer, &mut metadata);
    Ok(metadata)
}

/// Adds the permanent headers of HTTP, as grpc-gateway does.
pub(super) fn append_permanent(headers: &HeaderMap, metadata: &mut Metadata) {
    for (name, value) in headers.iter().filter(|(name, _)| PERMANENT.contains(&name.as_str())) {
        if let Ok(value) = value.to_str() {
            // Values that gRPC does not carry are dropped.
            let _ = metadata.append(&format!("grpcgateway-{name}"), value);
        }
    }
}

/// Returns the key of a `Grpc-Metadata-` header. A key that only the gateway sets, or that another header of the request
/// sets, is dropped.
fn strip_prefix<'h>(name: &'h HeaderName, headers: &HeaderMap) -> Option<&'h str> {
    let key = name.as_str().strip_prefix(PREFIX)?;
    let reserved = RESERVED.contains(&key) || key.starts_with("grpc-") || key.starts_with("grpcgateway-");
    let is_spoof = UNPREFIXED_REQUEST_HEADERS.contains(&key) && headers.contains_key(key);
    (!reserved && !is_spoof).then_some(key)
}

fn named_in_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all("connection").iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// Reads the values of a header. Proxies may have joined several base64 values with commas.
fn read(key: &str, value: &HeaderValue) -> Result<Vec<Value>> {
    let text = value.to_str().ok();
    if !key.ends_with(BINARY) {
        return Ok(text.map(Value::from).into_iter().collect());
    }
    let decode = |text: &str| text.split(',').map(|one| decode_base64(one.trim()).map(Value::from)).collect();
    let refused = || Error::invalid_argument(format!("the header `{PREFIX}{key}` is not base64"));
    text.and_then(decode).ok_or_else(refused)
}

/// Adds the peer to the proxies that forwarded the request, and the host. HTTP/2 has it as `:authority`.
fn forward(headers: &HeaderMap, uri: &Uri, peer: Option<&str>, metadata: &mut Metadata) {
    let before = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let all: Vec<&str> = before.chain(peer).collect();
    if !all.is_empty() {
        let _ = metadata.insert("x-forwarded-for", all.join(", "));
    }
    let authority = uri.authority().map(|authority| authority.as_str());
    let host = headers.get("host").and_then(|host| host.to_str().ok()).or(authority);
    if let Some(host) = host.filter(|_| !headers.contains_key("x-forwarded-host")) {
        let _ = metadata.insert("x-forwarded-host", host);
    }
}

/// Adds metadata of a response to its headers.
pub(super) fn append<'m>(metadata: impl Iterator<Item = (&'m str, &'m Value)>, headers: &mut HeaderMap) {
    append_prefixed(PREFIX, metadata, headers);
}

/// Adds trailers of a call to headers, or to the trailers of a stream.
pub(super) fn append_trailers<'m>(metadata: impl Iterator<Item = (&'m str, &'m Value)>, headers: &mut HeaderMap) {
    append_prefixed(TRAILER_PREFIX, metadata, headers);
}

fn append_prefixed<'m>(prefix: &str, metadata: impl Iterator<Item = (&'m str, &'m Value)>, headers: &mut HeaderMap) {
    for (key, value) in metadata {
        let name = match key {
            STATUS => continue,
            key if UNPREFIXED_RESPONSE_HEADERS.contains(&key) => HeaderName::try_from(key),
            key => HeaderName::try_from(format!("{prefix}{key}")),
        };
        let value = match value {
            Value::Text(text) => HeaderValue::try_from(text),
            Value::Binary(bytes) => HeaderValue::try_from(base64(bytes)),
        };
        if let (Ok(name), Ok(value)) = (name, value) {
            headers.append(name, value);
        }
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    encode_base64(bytes, &mut text);
    text
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri};

    use super::metadata;

    fn headers(entries: &[(&str, &str)]) -> HeaderMap {
        let entry = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).expect("name"), HeaderValue::try_from(*value).expect("value"))
        };
        entries.iter().map(entry).collect()
    }

    fn read(entries: &[(&str, &str)]) -> Vec<String> {
        let metadata = metadata(&headers(entries), &Uri::default(), Some("10.0.0.1")).expect("valid");
        metadata.iter().map(|(key, value)| format!("{key}={value:?}")).collect()
    }

    #[test]
    fn known_and_prefixed_headers_become_metadata() {
        let peer = r#"x-forwarded-for="10.0.0.1""#;
        assert_eq!(
            read(&[("Grpc-Metadata-X-Tenant", "t"), ("accept", "*/*"), ("cookie", "c")]),
            [r#"x-tenant="t""#, peer]
        );
        assert_eq!(
            read(&[("authorization", "real"), ("grpc-metadata-authorization", "spoof")]),
            [r#"authorization="real""#, peer]
        );
        assert_eq!(read(&[("grpc-metadata-authorization", "only")]), [r#"authorization="only""#, peer]);
        assert_eq!(read(&[("grpc-metadata-k-bin", "AQI=")]), [r#"k-bin=b"\x01\x02""#, peer]);
        assert_eq!(read(&[("x-forwarded-for", "1.2.3.4")]), [r#"x-forwarded-for="1.2.3.4, 10.0.0.1""#]);
        assert_eq!(read(&[("connection", "grpc-metadata-x"), ("grpc-metadata-x", "1")]), [peer]);
        for dropped in [
            "grpc-metadata-grpcgateway-authorization",
            "grpc-metadata-grpc-timeout",
            "grpc-metadata-connection",
            "grpc-metadata-te",
            "grpc-metadata-host",
            "grpc-metadata-x-forwarded-for",
            "grpc-metadata-proxy-authorization",
            "grpc-metadata-",
            "proxy-authorization",
        ] {
            assert_eq!(read(&[(dropped, "x")]), [peer], "{dropped}");
        }
    }

    #[test]
    fn binary_headers_must_be_base64() {
        assert!(metadata(&headers(&[("grpc-metadata-k-bin", "!")]), &Uri::default(), None).is_err());
    }
}
