//! The error of a call.

use std::{error::Error as StdError, fmt, sync::OnceLock, time::Duration};

use super::{BoxError, Code, Pushback, Violation, Violations, described::ErrorCause};
use crate::{Any, InvalidMetadata, Message, Metadata, Wire, types::UnpackError};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The error of a call: a [`Code`] for programs, a message for people, and typed details.
///
/// All of it but [`source`](StdError::source) is sent to a remote caller, so the message must not contain secrets. The source
/// is for logs.
#[derive(Clone)]
pub struct Error(Box<ErrorFields>);

#[derive(Clone)]
struct ErrorFields {
    code: Code,
    /// The message and the details, once they are set, or described by the cause.
    message: OnceLock<String>,
    details: OnceLock<Vec<Any>>,
    violations: Vec<Violation>,
    retry_delay: Option<Duration>,
    pushback: Pushback,
    metadata: Metadata,
    cause: ErrorCause,
}

impl Error {
    /// Creates an error with a code and a message for the caller.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let error = Self::caused(code, ErrorCause::None);
        let _ = error.0.message.set(message.into());
        error
    }

    /// Creates an error whose cause describes it when someone reads it.
    #[cfg(feature = "client")]
    pub(crate) fn described(code: Code, cause: impl super::Described) -> Self {
        Self::caused(code, ErrorCause::Describing(std::sync::Arc::new(cause)))
    }

    fn caused(code: Code, cause: ErrorCause) -> Self {
        Self(Box::new(ErrorFields {
            code,
            message: OnceLock::new(),
            details: OnceLock::new(),
            violations: Vec::new(),
            retry_delay: None,
            pushback: Pushback::None,
            metadata: Metadata::new(),
            cause,
        }))
    }

    /// Creates a [`Code::InvalidArgument`] error.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// Creates a [`Code::NotFound`] error.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// Creates a [`Code::AlreadyExists`] error.
    pub fn already_exists(message: impl Into<String>) -> Self {
        Self::new(Code::AlreadyExists, message)
    }

    /// Creates a [`Code::FailedPrecondition`] error.
    pub fn failed_precondition(message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, message)
    }

    /// Creates a [`Code::PermissionDenied`] error.
    pub fn permission_denied(message: impl Into<String>) -> Self {
        Self::new(Code::PermissionDenied, message)
    }

    /// Creates a [`Code::Unauthenticated`] error.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, message)
    }

    /// Creates a [`Code::ResourceExhausted`] error.
    pub fn resource_exhausted(message: impl Into<String>) -> Self {
        Self::new(Code::ResourceExhausted, message)
    }

    /// Creates a [`Code::Aborted`] error.
    pub fn aborted(message: impl Into<String>) -> Self {
        Self::new(Code::Aborted, message)
    }

    /// Creates a [`Code::Unavailable`] error.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, message)
    }

    /// Creates a [`Code::DeadlineExceeded`] error.
    pub fn deadline_exceeded(message: impl Into<String>) -> Self {
        Self::new(Code::DeadlineExceeded, message)
    }

    /// Creates a [`Code::Cancelled`] error.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(Code::Cancelled, message)
    }

    /// Creates a [`Code::Unimplemented`] error that names the method.
    pub fn unimplemented(method: impl fmt::Display) -> Self {
        Self::new(Code::Unimplemented, format!("{method} is not implemented"))
    }

    /// Creates a [`Code::Internal`] error. The caller reads "internal error"; `source` is only logged.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        Self::new(Code::Internal, "internal error").with_source(source)
    }

    /// Adds a typed detail, which a remote caller reads with [`Error::detail`].
    pub fn with_detail<T, Place>(self, detail: T) -> Self
    where
        T: Message<Place, Wire: Wire>,
    {
        self.with_any(Any::pack(detail))
    }

    /// Adds a packed detail.
    pub fn with_any(mut self, detail: Any) -> Self {
        self.details();
        if let Some(details) = self.0.details.get_mut() {
            details.push(detail);
        }
        self
    }

    /// Adds violations, which are sent as `google.rpc.BadRequest`.
    pub fn with_violations(mut self, violations: impl IntoIterator<Item = Violation>) -> Self {
        self.0.violations.extend(violations);
        self
    }

    /// Sets the delay before a retry, which is sent as `google.rpc.RetryInfo`.
    pub fn with_retry_delay(mut self, delay: Duration) -> Self {
        self.0.retry_delay = Some(delay);
        self
    }

    /// Forbids clients to retry the call, whatever their policy: `grpc-retry-pushback-ms: -1`.
    pub fn without_retry(self) -> Self {
        self.with_pushback(Pushback::Stop)
    }

    /// Sets the instruction about retries that clients receive.
    pub(crate) fn with_pushback(mut self, pushback: Pushback) -> Self {
        self.0.pushback = pushback;
        self
    }

    /// Returns the instruction about retries that clients receive.
    #[cfg(feature = "adapter")]
    pub(crate) fn pushback(&self) -> Pushback {
        self.0.pushback
    }

    /// Adds metadata, which is sent in the trailers.
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.0.metadata.extend(metadata);
        self
    }

    /// Sets the cause, for logs. It is never sent.
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        // The present cause may not have described the error yet.
        self.message();
        self.details();
        self.0.cause = ErrorCause::logged(source.into());
        self
    }

    /// Returns the code.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// Returns the message for people.
    pub fn message(&self) -> &str {
        self.0.message.get_or_init(|| self.0.cause.message())
    }

    /// Returns the packed details.
    pub fn details(&self) -> &[Any] {
        self.0.details.get_or_init(|| self.0.cause.details())
    }

    /// Returns the first detail of type `T`; `None` if there is none or it cannot be decoded.
    pub fn detail<T>(&self) -> Option<T>
    where
        T: Message<Wire: Wire>,
    {
        self.detail_in::<(), T>()
    }

    /// Returns the first detail of a type whose conversion is in another crate, which its `Place` names.
    pub fn detail_in<Place, T>(&self) -> Option<T>
    where
        T: Message<Place, Wire: Wire>,
    {
        self.details().iter().find_map(|detail| detail.unpack_in::<Place, T>().ok().flatten())
    }

    /// Returns the violations.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Returns the delay before a retry, if the server sent one.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_delay
    }

    /// Returns the metadata of the trailers.
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }
}

impl From<Violations> for Error {
    fn from(mut violations: Violations) -> Self {
        if let Some(fault) = violations.take_fault() {
            return Self::internal(fault);
        }
        let violations = violations.into_vec();
        let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
        Self::invalid_argument(lines.join("; ")).with_violations(violations)
    }
}

/// A detail that cannot be unpacked is `INVALID_ARGUMENT`.
impl From<UnpackError> for Error {
    fn from(error: UnpackError) -> Self {
        match error {
            UnpackError::Encoding(_) => Self::invalid_argument(error.to_string()),
            UnpackError::Violations(violations) => violations.into(),
        }
    }
}

/// Invalid metadata is a fault of the code that sets it: `INTERNAL`.
impl From<InvalidMetadata> for Error {
    fn from(error: InvalidMetadata) -> Self {
        Self::internal(error)
    }
}

/// Code, message and cause. It is for logs: only [`Error::message`] may reach a remote caller.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}{}", self.0.code, self.message(), self.0.cause)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("code", &self.0.code).field("message", &self.message());
        if !self.details().is_empty() {
            debug.field("details", &self.details());
        }
        if !self.0.violations.is_empty() {
            debug.field("violations", &self.0.violations);
        }
        if let Some(source) = self.source() {
            debug.field("source", &source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.cause.source()
    }
}
