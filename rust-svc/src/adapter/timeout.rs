//! How long a call may take, from what its caller asks for.

use std::time::Duration;

use http::HeaderMap;

use super::Options;
use crate::{
    Error, Result,
    grpc::{header, metadata, timeout},
};

/// What `grpc-timeout` asks for, or else the default, and at most the longest that is allowed. Fails with
/// `INVALID_ARGUMENT` if it is malformed: a caller that means to give up soon must not wait for ever.
pub(super) fn of(headers: &HeaderMap, options: &Options) -> Result<Option<Duration>> {
    let name = header::TIMEOUT;
    let mut values = metadata::all(headers, &name);
    let asked = match (values.next(), values.next()) {
        (None, _) => return Ok(options.bounded(options.default_timeout)),
        (Some(value), None) => value.to_str().ok().and_then(timeout::parse),
        (Some(_), Some(_)) => None,
    };
    let malformed = || Error::invalid_argument("grpc-timeout is not one to eight digits and a unit, such as 100m");
    let asked = asked.ok_or_else(malformed)?;
    Ok(options.bounded(Some(asked)))
}

impl Options {
    /// Who asks for no end gets the longest time that is allowed.
    fn bounded(&self, timeout: Option<Duration>) -> Option<Duration> {
        [timeout, self.max_timeout].into_iter().flatten().min()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::{HeaderMap, HeaderValue};

    use super::{Options, of};
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
        let options = Options { max_timeout: max, default_timeout: default, ..Options::default() };
        of(&headers, &options).map_err(|error| error.code())
    }

    #[test]
    fn asked_for_clamped_or_default() {
        assert_eq!(check(&[], None, None), Ok(None));
        assert_eq!(check(&[], Some(SECOND), None), Ok(Some(SECOND)));
        assert_eq!(check(&[], Some(SECOND), Some(SECOND * 2)), Ok(Some(SECOND)));
        assert_eq!(check(&[], None, Some(SECOND)), Ok(Some(SECOND)));
        assert_eq!(check(&["100m"], None, Some(SECOND)), Ok(Some(SECOND / 10)));
        assert_eq!(check(&["99999999H"], Some(SECOND), None), Ok(Some(SECOND)));
        assert_eq!(check(&["0n"], Some(SECOND), None), Ok(Some(Duration::ZERO)));
    }

    #[test]
    fn malformed() {
        for values in [&["abc"][..], &["-1S"], &["100000000n"], &[""], &["1S", "1S"]] {
            assert_eq!(check(values, None, None), Err(Code::InvalidArgument), "{values:?}");
        }
    }
}
