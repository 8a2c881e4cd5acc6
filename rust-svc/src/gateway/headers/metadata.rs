//! Headers of HTTP and metadata of a call, by the rules of grpc-gateway.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderName, HeaderValue, Uri, header};

use super::forwarded;
use crate::{
    Error, Metadata, Result, Value,
    gateway::settings::GatewaySettings,
    json::{decode_base64, encode_base64},
};

/// The prefix of a header that is metadata.
const PREFIX: &str = "grpc-metadata-";
/// The prefix of a header that is a trailer of the call.
const TRAILER_PREFIX: &str = "grpc-trailer-";
const BINARY: &str = "-bin";

/// Headers that are metadata without a prefix.
const UNPREFIXED_REQUEST_HEADERS: [&str; 6] =
    ["authorization", "baggage", "last-event-id", "traceparent", "tracestate", "x-request-id"];

/// Response metadata that is an HTTP header without a prefix.
const UNPREFIXED_RESPONSE_HEADERS: [&str; 13] = [
    "accept-ranges",
    "cache-control",
    "content-disposition",
    "content-language",
    "content-range",
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
pub(in crate::gateway) const STATUS: &str = "x-http-code";

/// The permanent headers of HTTP that grpc-gateway passes on.
const PERMANENT: [&str; 23] = [
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

/// Keys that neither a prefix nor a setting passes on: they belong to the connection, to HTTP, or to the gateway.
const RESERVED: [&str; 20] = [
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
    forwarded::HOST,
    forwarded::PROTO,
    "x-real-ip",
];

/// Returns the metadata of a request from `peer`. Fails if the value of a `-bin` header is not base64. Other headers that
/// cannot be metadata are omitted.
pub(in crate::gateway) fn metadata(
    headers: &HeaderMap,
    uri: &Uri,
    peer: Option<IpAddr>,
    settings: &GatewaySettings,
) -> Result<Metadata> {
    let mut metadata = Metadata::new();
    let hop_by_hop: Vec<String> = named_in_connection(headers);
    for (name, value) in headers {
        let own = is_passed(name.as_str(), settings).then_some(name.as_str());
        let Some(key) = own.or_else(|| strip_prefix(name, headers, settings)) else { continue };
        if hop_by_hop.iter().any(|it| it == key || it == name.as_str()) {
            continue;
        }
        for value in read(key, value)? {
            // Keys and values that gRPC does not carry are dropped.
            let _ = metadata.append(key, value);
        }
    }
    if settings.permanent_headers {
        append_permanent(headers, &mut metadata);
    }
    forwarded::append(headers, uri, peer, &settings.trusted_proxies, &mut metadata);
    Ok(metadata)
}

/// Returns whether a header of a request is metadata of the same name.
fn is_passed(name: &str, settings: &GatewaySettings) -> bool {
    UNPREFIXED_REQUEST_HEADERS.contains(&name) || settings.request_headers.contains(name) && !is_reserved(name)
}

/// Adds the permanent headers of HTTP, as grpc-gateway does.
fn append_permanent(headers: &HeaderMap, metadata: &mut Metadata) {
    for (name, value) in headers.iter().filter(|(name, _)| PERMANENT.contains(&name.as_str())) {
        if let Ok(value) = value.to_str() {
            // Values that gRPC does not carry are dropped.
            let _ = metadata.append(&format!("grpcgateway-{name}"), value);
        }
    }
}

/// Adds headers under their own names.
pub(crate) fn append_plain(names: impl Iterator<Item = HeaderName>, headers: &HeaderMap, metadata: &mut Metadata) {
    for name in names {
        for value in headers.get_all(&name).iter().filter_map(|value| value.to_str().ok()) {
            // Values that gRPC does not carry are dropped.
            let _ = metadata.append(name.as_str(), value);
        }
    }
}

/// Returns the key of a `Grpc-Metadata-` header. A key that only the gateway sets, or that another header of the request
/// sets, is dropped.
fn strip_prefix<'h>(name: &'h HeaderName, headers: &HeaderMap, settings: &GatewaySettings) -> Option<&'h str> {
    let key = name.as_str().strip_prefix(PREFIX)?;
    let is_spoof = is_passed(key, settings) && headers.contains_key(key);
    (!is_reserved(key) && !is_spoof).then_some(key)
}

fn is_reserved(key: &str) -> bool {
    RESERVED.contains(&key) || key.starts_with("grpc-") || key.starts_with("grpcgateway-")
}

fn named_in_connection(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(header::CONNECTION).iter().filter_map(|value| value.to_str().ok());
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

/// Adds metadata of a response to its headers.
pub(in crate::gateway) fn append<'m>(
    metadata: impl Iterator<Item = (&'m str, &'m Value)>,
    settings: &GatewaySettings,
    headers: &mut HeaderMap,
) {
    append_prefixed(PREFIX, metadata, settings, headers);
}

/// Adds trailers of a call to headers, or to the trailers of a stream.
pub(in crate::gateway) fn append_trailers<'m>(
    metadata: impl Iterator<Item = (&'m str, &'m Value)>,
    settings: &GatewaySettings,
    headers: &mut HeaderMap,
) {
    append_prefixed(TRAILER_PREFIX, metadata, settings, headers);
}

fn append_prefixed<'m>(
    prefix: &str,
    metadata: impl Iterator<Item = (&'m str, &'m Value)>,
    settings: &GatewaySettings,
    headers: &mut HeaderMap,
) {
    let is_plain = |key: &str| {
        UNPREFIXED_RESPONSE_HEADERS.contains(&key) || settings.response_headers.contains(key) && !is_reserved(key)
    };
    for (key, value) in metadata {
        let name = match key {
            STATUS => continue,
            key if is_plain(key) => HeaderName::try_from(key),
            _ if settings.hide_other_metadata => continue,
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

    use super::{append, metadata};
    use crate::{Metadata, Value, gateway::settings::GatewaySettings};

    fn headers(entries: &[(&str, &str)]) -> HeaderMap {
        let entry = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).expect("name"), HeaderValue::try_from(*value).expect("value"))
        };
        entries.iter().map(entry).collect()
    }

    fn read(entries: &[(&str, &str)]) -> Vec<String> {
        read_with(entries, &GatewaySettings::default())
    }

    fn read_with(entries: &[(&str, &str)], settings: &GatewaySettings) -> Vec<String> {
        let peer = Some([10, 0, 0, 1].into());
        let metadata = metadata(&headers(entries), &Uri::default(), peer, settings).expect("valid");
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
        let headers = headers(&[("grpc-metadata-k-bin", "!")]);
        assert!(metadata(&headers, &Uri::default(), None, &GatewaySettings::default()).is_err());
    }

    #[test]
    fn settings_pass_headers_by_name_or_start() {
        let peer = r#"x-forwarded-for="10.0.0.1""#;
        let settings = GatewaySettings { request_headers: ["X-Tenant", "x-b3-*"].into(), ..GatewaySettings::default() };
        let headers = [("x-tenant", "t"), ("grpc-metadata-x-tenant", "spoof"), ("x-b3-sampled", "1"), ("x-other", "2")];
        assert_eq!(read_with(&headers, &settings), [r#"x-tenant="t""#, r#"x-b3-sampled="1""#, peer]);
        let all = GatewaySettings { request_headers: ["*"].into(), ..GatewaySettings::default() };
        let headers = [("accept", "*/*"), ("connection", "x-hop"), ("x-hop", "1"), ("grpc-timeout", "1S")];
        assert_eq!(read_with(&headers, &all), [r#"accept="*/*""#, peer]);
    }

    #[test]
    fn settings_choose_the_metadata_of_responses() {
        let mut metadata = Metadata::new();
        for (key, value) in [("x-rate-limit", "9"), ("x-own", "1"), ("location", "/"), ("content-length", "7")] {
            metadata.append(key, Value::from(value)).expect("metadata");
        }
        let sent = |response_headers: &[&str], hide_other_metadata| {
            let response_headers = response_headers.iter().copied().collect();
            let settings = GatewaySettings { response_headers, hide_other_metadata, ..GatewaySettings::default() };
            let mut headers = HeaderMap::new();
            append(metadata.iter(), &settings, &mut headers);
            headers.keys().map(|name| name.as_str().to_owned()).collect::<Vec<_>>().join(" ")
        };
        let length = "grpc-metadata-content-length";
        assert_eq!(sent(&[], false), format!("grpc-metadata-x-rate-limit grpc-metadata-x-own location {length}"));
        assert_eq!(sent(&["x-rate-*"], false), format!("x-rate-limit grpc-metadata-x-own location {length}"));
        assert_eq!(sent(&["x-rate-limit"], true), "x-rate-limit location");
        assert_eq!(sent(&["*"], false), format!("x-rate-limit x-own location {length}"));
    }
}
