//! The timeout that a caller asks for, in the headers of several protocols.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};

use crate::{Error, Result, grpc::timeout};

/// A header with a timeout.
struct TimeoutHeader {
    name: HeaderName,
    parse: fn(&str) -> Option<Duration>,
    form: &'static str,
}

/// The headers of gRPC, Google's and Connect's clients, and the one that several HTTP APIs have in common.
static HEADERS: [TimeoutHeader; 4] = [
    TimeoutHeader {
        name: HeaderName::from_static("grpc-timeout"),
        parse: timeout::parse,
        form: "up to eight digits and a unit, as in 500m",
    },
    TimeoutHeader {
        name: HeaderName::from_static("x-server-timeout"),
        parse: seconds,
        form: "a number of seconds, as in 1.5",
    },
    TimeoutHeader {
        name: HeaderName::from_static("request-timeout"),
        parse: seconds,
        form: "a number of seconds, as in 30",
    },
    TimeoutHeader {
        name: HeaderName::from_static("connect-timeout-ms"),
        parse: milliseconds,
        form: "up to ten digits, as in 500",
    },
];

/// Returns the timeout of a request; the shortest of several. Fails if one is malformed, or given twice.
pub(super) fn requested(headers: &HeaderMap) -> Result<Option<Duration>> {
    let mut shortest = None;
    for header in &HEADERS {
        let mut values = headers.get_all(&header.name).iter();
        let Some(value) = values.next() else { continue };
        let timeout = header.read(value).filter(|_| values.next().is_none());
        let invalid = || Error::invalid_argument(format!("the header {} must be {}", header.name, header.form));
        let timeout = timeout.ok_or_else(invalid)?;
        shortest = Some(shortest.map_or(timeout, |shortest: Duration| shortest.min(timeout)));
    }
    Ok(shortest)
}

impl TimeoutHeader {
    fn read(&self, value: &HeaderValue) -> Option<Duration> {
        (self.parse)(value.to_str().ok()?)
    }
}

/// Parses seconds with or without a fraction, such as `1.5`.
fn seconds(text: &str) -> Option<Duration> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let seconds = text.parse().ok().filter(|_| is_plain && text.len() <= 20)?;
    Duration::try_from_secs_f64(seconds).ok()
}

fn milliseconds(text: &str) -> Option<Duration> {
    let is_plain = (1..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_plain).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::http::{HeaderMap, HeaderName, HeaderValue};

    use super::requested;

    fn read(entries: &[(&'static str, &'static str)]) -> Result<Option<Duration>, String> {
        let mut headers = HeaderMap::new();
        for (name, value) in entries {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        requested(&headers).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn each_protocol_has_its_header() {
        let millis = |millis| Ok(Some(Duration::from_millis(millis)));
        for (headers, expected) in [
            (&[][..], Ok(None)),
            (&[("grpc-timeout", "100m")], millis(100)),
            (&[("x-server-timeout", "1.5")], millis(1_500)),
            (&[("x-server-timeout", "600")], millis(600_000)),
            (&[("request-timeout", "30")], millis(30_000)),
            (&[("connect-timeout-ms", "500")], millis(500)),
            (&[("connect-timeout-ms", "0")], millis(0)),
            (&[("grpc-timeout", "2S"), ("connect-timeout-ms", "500")], millis(500)),
        ] {
            assert_eq!(read(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn malformed_timeouts_are_refused() {
        for (name, value) in [
            ("grpc-timeout", "1s"),
            ("x-server-timeout", ""),
            ("x-server-timeout", "-1"),
            ("x-server-timeout", "1e3"),
            ("x-server-timeout", "inf"),
            ("x-server-timeout", "NaN"),
            ("request-timeout", "1s"),
            ("request-timeout", "99999999999999999999"),
            ("connect-timeout-ms", "12345678901"),
            ("connect-timeout-ms", "+1"),
        ] {
            assert!(read(&[(name, value)]).is_err_and(|error| error.contains(name)), "{name}: {value}");
        }
        assert!(read(&[("request-timeout", "1"), ("request-timeout", "1")]).is_err());
    }
}
