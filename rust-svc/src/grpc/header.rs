//! The names of the headers and trailers that belong to gRPC.

use http::HeaderName;

/// The code of a finished call.
pub(crate) const STATUS: HeaderName = HeaderName::from_static("grpc-status");

/// The message of a failed call, percent-encoded.
pub(crate) const MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// The details of a failed call, a `google.rpc.Status` in base64.
pub(crate) const STATUS_DETAILS: HeaderName = HeaderName::from_static("grpc-status-details-bin");

/// The time that a call may take.
pub(crate) const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// The compression of the messages that follow.
pub(crate) const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");

/// The compressions that a peer reads.
pub(crate) const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");

/// The number of attempts that a client made before this one.
pub(crate) const PREVIOUS_ATTEMPTS: HeaderName = HeaderName::from_static("grpc-previous-rpc-attempts");

/// The time after which a server accepts a retry, in milliseconds; negative if it accepts none.
pub(crate) const RETRY_PUSHBACK: HeaderName = HeaderName::from_static("grpc-retry-pushback-ms");
