//! The failure of an attempt, with everything that decides what happens next.

use crate::{Error, Metadata, error::Pushback};

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
    /// The timeout of the attempt passed, while its call has time left.
    AttemptExpired,
    /// This side, for reasons that do not concern the server.
    Local,
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
