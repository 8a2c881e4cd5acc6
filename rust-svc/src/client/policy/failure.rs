//! The failure of an attempt, with everything that decides what happens next.

use std::time::Duration;

use crate::{Error, Metadata};

/// An attempt that failed.
#[derive(Debug)]
pub(crate) struct AttemptFailure {
    pub(crate) cause: Cause,
    pub(crate) error: Error,
    /// Whether a response had begun. A committed call is never retried (gRFC A6).
    pub(crate) committed: bool,
    pub(crate) pushback: Pushback,
    /// The headers of the response, if there were any besides its status.
    pub(crate) headers: Option<Metadata>,
}

/// The origin of a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The request did not leave this process.
    NeverSent,
    /// The request did not leave this process because connecting timed out, and another attempt would take as long.
    ConnectTimeout,
    /// The server reports that it did not process the request.
    Refused,
    /// The connection broke, or the server reset the stream. The server may have processed the request.
    Broken,
    /// The server's response, or the lack of one.
    Peer,
    /// This side, for reasons that do not concern the server.
    Local,
}

/// The server's instruction about retries: `grpc-retry-pushback-ms`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pushback {
    /// No instruction.
    #[default]
    None,
    /// Retry after exactly this time.
    After(Duration),
    /// Do not retry.
    Stop,
}

impl AttemptFailure {
    pub(crate) fn new(cause: Cause, error: Error) -> Self {
        Self { cause, error, committed: false, pushback: Pushback::None, headers: None }
    }

    /// Marks the failure as one of a response that had begun with these headers.
    pub(crate) fn after(self, headers: Metadata) -> Self {
        Self { committed: true, headers: Some(headers), ..self }
    }
}

impl Pushback {
    /// Parses the values of the header: one number of milliseconds. Anything else forbids a retry.
    pub(crate) fn parse<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Self {
        let Some(value) = values.next() else { return Self::None };
        let millis = std::str::from_utf8(value).ok().and_then(|text| text.parse::<i32>().ok());
        match millis.and_then(|millis| u64::try_from(millis).ok()) {
            Some(millis) if values.next().is_none() => Self::After(Duration::from_millis(millis)),
            _ => Self::Stop,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pushback_is_one_number_of_milliseconds() {
        for (values, expected) in [
            (&[][..], Pushback::None),
            (&["0"], Pushback::After(Duration::ZERO)),
            (&["1000"], Pushback::After(Duration::from_secs(1))),
            (&["2147483647"], Pushback::After(Duration::from_millis(2_147_483_647))),
            (&["2147483648"], Pushback::Stop),
            (&["-1"], Pushback::Stop),
            (&["xxx"], Pushback::Stop),
            (&[""], Pushback::Stop),
            (&["1", "1"], Pushback::Stop),
        ] {
            assert_eq!(Pushback::parse(values.iter().map(|value| value.as_bytes())), expected, "{values:?}");
        }
    }
}
