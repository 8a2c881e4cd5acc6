//! An attempt that failed, with all that decides what happens next.

use std::time::Duration;

use http::HeaderMap;

use crate::{Error, Metadata, grpc::header};

/// An attempt that failed.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    pub(crate) error: Error,
    /// True once an answer has begun: then nothing may be tried again, even if the code says so (gRFC A6).
    pub(crate) committed: bool,
    pub(crate) pushback: Pushback,
    /// The headers of the answer, if it had any beside its status.
    pub(crate) headers: Option<Metadata>,
}

/// Where a failure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The request did not leave this process.
    NeverSent,
    /// The same, because connecting took too long: it would again.
    Silent,
    /// The server says that it did not look at the request.
    Refused,
    /// The connection broke, or the server reset the call: it may have worked on it.
    Broken,
    /// The server's answer, or the lack of it.
    Peer,
    /// This side, for reasons that say nothing about the server.
    Local,
}

/// What the server says about trying again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pushback {
    /// Nothing.
    #[default]
    None,
    /// Try again after exactly this time.
    After(Duration),
    /// Do not try again.
    Stop,
}

impl Failure {
    pub(crate) fn new(cause: Cause, error: Error) -> Self {
        Self { cause, error, committed: false, pushback: Pushback::None, headers: None }
    }

    /// The same after an answer had begun with these headers.
    pub(crate) fn after(self, headers: Metadata) -> Self {
        Self { committed: true, headers: Some(headers), ..self }
    }
}

impl Pushback {
    /// Reads what came with a status: milliseconds, once. Anything else means not to try again.
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let mut values = headers.get_all(header::RETRY_PUSHBACK).into_iter();
        let Some(value) = values.next() else { return Self::None };
        let millis = value.to_str().ok().and_then(|text| text.parse::<i32>().ok());
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
    fn pushback() {
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
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::RETRY_PUSHBACK, value.parse().expect("a header value"));
            }
            assert_eq!(Pushback::read(&headers), expected, "{values:?}");
        }
    }
}
