//! The errors of the transport, and their gRPC codes.

use std::{error::Error as StdError, fmt, io, sync::Arc};

use h2::Reason;
use tokio::time::error::Elapsed;

use crate::{Code, error::BoxError};

/// A connection that could not be made.
#[derive(Clone, Debug)]
pub(crate) struct Unreachable(Arc<dyn StdError + Send + Sync>);

/// A request that its connection does not accept any more.
#[derive(Debug)]
pub(crate) struct Unsent(pub(crate) h2::Error);

/// A request whose endpoint lost its connection before a stream was free.
#[derive(Debug)]
pub(crate) struct Disconnected;

/// A request whose headers exceed the server's limit, in bytes. It might make the server close the connection.
#[derive(Debug)]
pub(crate) struct HeadersTooLarge(pub(crate) u32);

/// A request that found too many others waiting for a stream of its connection.
#[derive(Debug)]
pub(crate) struct QueueFull;

/// The kind of a transport error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TransportErrorKind {
    /// The request did not leave this process.
    NeverSent,
    /// Connecting timed out.
    ConnectTimeout,
    /// The server reports that it did not process the request.
    Refused,
    /// The request exceeds a limit of the server.
    TooLarge,
    /// Too many requests wait on this side.
    QueueOverflow,
    /// The connection broke or the server reset the stream.
    Broken,
}

/// Finds the kind and the gRPC code of an error in its chain of sources. `None` if it is of no known type.
pub(crate) fn classify(error: &(dyn StdError + 'static)) -> Option<(TransportErrorKind, Code)> {
    recognise(error).or_else(|| classify(error.source()?))
}

fn recognise(error: &(dyn StdError + 'static)) -> Option<(TransportErrorKind, Code)> {
    use TransportErrorKind::{ConnectTimeout, NeverSent, QueueOverflow, TooLarge};
    if let Some(unreachable) = error.downcast_ref::<Unreachable>() {
        let kind = if unreachable.is_timeout() { ConnectTimeout } else { NeverSent };
        return Some((kind, Code::Unavailable));
    }
    // The last two are of services in this process that connect by themselves: hyper cancels a request that found its
    // connection closed.
    let is_refused = |error: &io::Error| error.kind() == io::ErrorKind::ConnectionRefused;
    if error.is::<Unsent>()
        || error.is::<Disconnected>()
        || error.downcast_ref().is_some_and(is_refused)
        || error.downcast_ref().is_some_and(hyper::Error::is_canceled)
    {
        return Some((NeverSent, Code::Unavailable));
    }
    if error.is::<QueueFull>() {
        return Some((QueueOverflow, Code::ResourceExhausted));
    }
    if error.is::<HeadersTooLarge>() {
        return Some((TooLarge, Code::ResourceExhausted));
    }
    error.downcast_ref::<h2::Error>().map(classify_h2)
}

/// Returns whether the other side closed a connection.
pub(crate) fn is_closed(error: &BoxError) -> bool {
    use io::ErrorKind::{BrokenPipe, ConnectionAborted, ConnectionReset, UnexpectedEof};
    let io = error.downcast_ref::<io::Error>().or_else(|| error.downcast_ref::<h2::Error>()?.get_io());
    io.is_some_and(|error| matches!(error.kind(), BrokenPipe | ConnectionAborted | ConnectionReset | UnexpectedEof))
}

/// Maps the reasons of HTTP/2 by the table of the gRPC protocol.
fn classify_h2(error: &h2::Error) -> (TransportErrorKind, Code) {
    use TransportErrorKind::{Broken, Refused};
    // Only streams that the server did not process get this error; the others end with the connection.
    if error.is_go_away() && error.is_remote() {
        return (Refused, Code::Unavailable);
    }
    match error.reason().filter(|_| error.is_reset()) {
        None => (Broken, Code::Unavailable),
        Some(Reason::REFUSED_STREAM) => (Refused, Code::Unavailable),
        Some(Reason::CANCEL) => (Broken, Code::Cancelled),
        Some(Reason::ENHANCE_YOUR_CALM) => (Broken, Code::ResourceExhausted),
        Some(Reason::INADEQUATE_SECURITY) => (Broken, Code::PermissionDenied),
        Some(_) => (Broken, Code::Internal),
    }
}

impl Unreachable {
    pub(crate) fn new(error: impl Into<BoxError>) -> Self {
        Self(Arc::from(error.into()))
    }

    fn is_timeout(&self) -> bool {
        self.0.is::<Elapsed>()
    }
}

impl fmt::Display for Unreachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot connect: {}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl StdError for Unreachable {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.0)
    }
}

impl fmt::Display for Unsent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the connection accepts no requests: {}", self.0)
    }
}

impl StdError for Unsent {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

impl fmt::Display for Disconnected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection ended before a stream was free")
    }
}

impl StdError for Disconnected {}

impl fmt::Display for HeadersTooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the request headers exceed the server's limit of {} bytes", self.0)
    }
}

impl StdError for HeadersTooLarge {}

impl fmt::Display for QueueFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("too many calls wait for a stream of the connection")
    }
}

impl StdError for QueueFull {}
