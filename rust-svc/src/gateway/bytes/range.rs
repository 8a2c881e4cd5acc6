//! Parts of a response of bytes (RFC 9110, section 14).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;

/// The part that a request asks for.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    /// All bytes.
    Whole,
    /// The bytes from the first position up to the second, exclusively.
    Range(usize, usize),
    /// A part that does not exist.
    Missing,
}

/// Reduces a response to the range that its request asks for. Several ranges, and those of an older version, are ignored.
pub(crate) fn apply(request: &HeaderMap, data: &Bytes, response: &mut Response<Body>) {
    if response.status() != StatusCode::OK || response.headers().contains_key(header::CONTENT_RANGE) {
        return;
    }
    response.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let range = request.get(header::RANGE).and_then(|range| range.to_str().ok());
    let range = range.filter(|_| is_current(request, response.headers()));
    let length = data.len();
    let (status, content_range, body) = match range.map_or(Part::Whole, |range| parse(range, length)) {
        Part::Whole => return,
        Part::Range(start, end) => {
            let content_range = format!("bytes {start}-{}/{length}", end - 1);
            (StatusCode::PARTIAL_CONTENT, content_range, data.slice(start..end))
        }
        Part::Missing => (StatusCode::RANGE_NOT_SATISFIABLE, format!("bytes */{length}"), Bytes::new()),
    };
    *response.status_mut() = status;
    *response.body_mut() = Body::from(body);
    if let Ok(content_range) = HeaderValue::try_from(content_range) {
        response.headers_mut().insert(header::CONTENT_RANGE, content_range);
    }
}

/// Returns whether `If-Range` names the current version, by a strong entity tag or by the exact date.
fn is_current(request: &HeaderMap, response: &HeaderMap) -> bool {
    let Some(version) = request.get(header::IF_RANGE) else { return true };
    let is_tag = version.as_bytes().starts_with(b"\"");
    response.get(if is_tag { header::ETAG } else { header::LAST_MODIFIED }) == Some(version)
}

/// Reads a range of bytes out of `length`.
fn parse(range: &str, length: usize) -> Part {
    let spec = range.split_once('=').filter(|(unit, _)| unit.trim().eq_ignore_ascii_case("bytes"));
    let Some((first, last)) = spec.and_then(|(_, spec)| spec.trim().split_once('-')) else { return Part::Whole };
    let range = match (position(first), position(last)) {
        (Some(start), Some(end)) if start <= end => (start, end.saturating_add(1).min(length)),
        (Some(start), None) if last.is_empty() => (start, length),
        (None, Some(count)) if first.is_empty() => (length.saturating_sub(count), length),
        _ => return Part::Whole,
    };
    if range.0 < range.1 { Part::Range(range.0, range.1) } else { Part::Missing }
}

/// Reads a position; one beyond all bytes counts as the largest.
fn position(digits: &str) -> Option<usize> {
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::{Part, parse};

    #[test]
    fn ranges_are_read_or_ignored() {
        for (range, expected) in [
            ("bytes=0-0", Part::Range(0, 1)),
            ("bytes=2-5", Part::Range(2, 6)),
            ("Bytes= 2-5", Part::Range(2, 6)),
            ("bytes=2-", Part::Range(2, 10)),
            ("bytes=9-99999999999999999999999", Part::Range(9, 10)),
            ("bytes=-3", Part::Range(7, 10)),
            ("bytes=-30", Part::Range(0, 10)),
            ("bytes=-0", Part::Missing),
            ("bytes=10-", Part::Missing),
            ("bytes=99999999999999999999999-", Part::Missing),
            ("bytes=5-2", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=+1-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("items=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(parse(range, 10), expected, "{range}");
        }
        assert_eq!(parse("bytes=0-", 0), Part::Missing);
    }
}
