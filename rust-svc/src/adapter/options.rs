//! The limits of an adapter's calls.

use std::time::Duration;

use http::HeaderMap;
use tokio::time::Instant;

use crate::{
    Error, Result,
    grpc::{header, metadata, timeout},
};

/// The limits of an adapter's calls.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AdapterOptions {
    pub(crate) max_message_size: usize,
    pub(crate) max_timeout: Option<Duration>,
    pub(crate) default_timeout: Option<Duration>,
    /// Whether the service checks requests itself.
    pub(crate) is_unchecked: bool,
}

impl Default for AdapterOptions {
    fn default() -> Self {
        Self { max_message_size: 4 * 1024 * 1024, max_timeout: None, default_timeout: None, is_unchecked: false }
    }
}

impl AdapterOptions {
    /// Returns the deadline of a call that began at `start`. Fails with `INVALID_ARGUMENT` if metadata or timeout are
    /// malformed.
    pub(super) fn deadline(&self, headers: &HeaderMap, start: Instant) -> Result<Option<Instant>> {
        metadata::check(headers)?;
        Ok(self.timeout(headers)?.and_then(|timeout| start.checked_add(timeout)))
    }

    /// Returns `grpc-timeout` or the default, but at most the maximum. A malformed timeout is an error, because its caller
    /// would wait for ever.
    fn timeout(&self, headers: &HeaderMap) -> Result<Option<Duration>> {
        let name = header::TIMEOUT;
        let mut values = metadata::all(headers, &name);
        let requested = match (values.next(), values.next()) {
            (None, _) => return Ok(self.limited(self.default_timeout)),
            (Some(value), None) => value.to_str().ok().and_then(timeout::parse),
            (Some(_), Some(_)) => None,
        };
        let malformed = || Error::invalid_argument("grpc-timeout is not one to eight digits and a unit, such as 100m");
        Ok(self.limited(Some(requested.ok_or_else(malformed)?)))
    }

    fn limited(&self, timeout: Option<Duration>) -> Option<Duration> {
        [timeout, self.max_timeout].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue};

    use super::AdapterOptions;
    use crate::Code;

    const SECOND: Duration = Duration::from_secs(1);

    fn check(
        values: &[&'static str],
        max: Option<Duration>,
        default: Option<Duration>,
    ) -> Result<Option<Duration>, Code> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append("grpc-timeout", HeaderValue::from_static(value));
        }
        let options = AdapterOptions { max_timeout: max, default_timeout: default, ..AdapterOptions::default() };
        options.timeout(&headers).map_err(|error| error.code())
    }

    #[test]
    fn a_timeout_is_requested_clamped_or_the_default() {
        assert_eq!(check(&[], None, None), Ok(None));
        assert_eq!(check(&[], Some(SECOND), None), Ok(Some(SECOND)));
        assert_eq!(check(&[], Some(SECOND), Some(SECOND * 2)), Ok(Some(SECOND)));
        assert_eq!(check(&[], None, Some(SECOND)), Ok(Some(SECOND)));
        assert_eq!(check(&["100m"], None, Some(SECOND)), Ok(Some(SECOND / 10)));
        assert_eq!(check(&["99999999H"], Some(SECOND), None), Ok(Some(SECOND)));
        assert_eq!(check(&["0n"], Some(SECOND), None), Ok(Some(Duration::ZERO)));
    }

    #[test]
    fn malformed_timeouts_are_errors() {
        for values in [&["abc"][..], &["-1S"], &["100000000n"], &[""], &["1S", "1S"]] {
            assert_eq!(check(values, None, None), Err(Code::InvalidArgument), "{values:?}");
        }
    }
}
