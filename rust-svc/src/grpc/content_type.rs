//! The content types of gRPC and gRPC-Web.

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};

use super::metadata;

/// The content type of gRPC requests and responses.
pub(crate) const GRPC: &str = "application/grpc";

/// The content types of gRPC with protobuf messages.
pub(crate) const GRPC_PROTO: [&str; 2] = [GRPC, "application/grpc+proto"];

/// The content types of gRPC-Web with binary bodies.
pub(crate) const WEB: [&str; 2] = ["application/grpc-web", "application/grpc-web+proto"];

/// The content types of gRPC-Web with base64 bodies.
pub(crate) const WEB_TEXT: [&str; 2] = ["application/grpc-web-text", "application/grpc-web-text+proto"];

/// Returns the only content type, without parameters; `None` if there is none or more than one.
pub(crate) fn single(headers: &HeaderMap) -> Option<&str> {
    let mut values = metadata::all(headers, &CONTENT_TYPE);
    let (value, another) = (values.next(), values.next());
    value.filter(|_| another.is_none()).and_then(media_type)
}

/// Returns whether the content type begins with a prefix, in any case.
pub(crate) fn starts_with(headers: &HeaderMap, prefix: &str) -> bool {
    let content_type = metadata::first(headers, &CONTENT_TYPE).and_then(media_type);
    let beginning = content_type.and_then(|content_type| content_type.get(..prefix.len()));
    beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
}

/// Returns whether a media type is one of these. Media types are case-insensitive (RFC 9110, section 8.3.1).
pub(crate) fn is_one_of(media_type: &str, known: [&str; 2]) -> bool {
    known.iter().any(|known| media_type.eq_ignore_ascii_case(known))
}

fn media_type(content_type: &HeaderValue) -> Option<&str> {
    match content_type {
        // Nearly all peers send exactly this.
        value if value == GRPC => Some(GRPC),
        value => value.to_str().ok()?.split(';').next().map(str::trim_end),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(values: &[&'static str]) -> HeaderMap {
        values.iter().map(|value| (CONTENT_TYPE, HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn parameters_are_removed() {
        for (value, expected) in
            [("application/grpc", GRPC), ("application/grpc;v=1", GRPC), ("application/grpc ; a", GRPC), ("", "")]
        {
            assert_eq!(single(&headers(&[value])), Some(expected), "{value}");
        }
        assert_eq!(single(&headers(&[])), None);
        assert_eq!(single(&headers(&[GRPC, GRPC])), None);
    }

    #[test]
    fn the_case_does_not_matter() {
        for (value, expected) in
            [("Application/GRPC+proto", true), ("application/grpc", true), ("application/grp", false)]
        {
            assert_eq!(starts_with(&headers(&[value]), GRPC), expected, "{value}");
        }
        assert!(is_one_of("application/gRPC-Web", WEB) && !is_one_of("application/grpc-web-text", WEB));
    }
}
