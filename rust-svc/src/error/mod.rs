//! The one error of every service trait, mapped to a gRPC status or an HTTP response at each edge.

mod boxed;
mod violations;

pub(crate) use boxed::BoxError;
pub use violations::{Violation, Violations};

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{Any, Message, Metadata, Wire};

/// The result of a call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call failed, by the names and numbers of gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// The caller went away, or asked for the call to stop.
    Cancelled = 1,
    /// Nothing better is known.
    Unknown = 2,
    /// The request is wrong whatever the state of the system.
    InvalidArgument = 3,
    /// Time ran out before the call was done.
    DeadlineExceeded = 4,
    /// What was asked for does not exist.
    NotFound = 5,
    /// What was to be created exists.
    AlreadyExists = 6,
    /// The caller may not do this.
    PermissionDenied = 7,
    /// A quota, a limit or a resource is used up.
    ResourceExhausted = 8,
    /// The system is not in a state in which this can be done.
    FailedPrecondition = 9,
    /// A conflict with another call: read again, then try again.
    Aborted = 10,
    /// Past the end of what there is.
    OutOfRange = 11,
    /// The method is not implemented here.
    Unimplemented = 12,
    /// An invariant of the callee is broken.
    Internal = 13,
    /// The callee cannot be reached now; the call may be tried again.
    Unavailable = 14,
    /// Data is lost or corrupt.
    DataLoss = 15,
    /// The caller did not say who it is, or could not prove it.
    Unauthenticated = 16,
}

impl Code {
    const ALL: [Self; 16] = [
        Self::Cancelled,
        Self::Unknown,
        Self::InvalidArgument,
        Self::DeadlineExceeded,
        Self::NotFound,
        Self::AlreadyExists,
        Self::PermissionDenied,
        Self::ResourceExhausted,
        Self::FailedPrecondition,
        Self::Aborted,
        Self::OutOfRange,
        Self::Unimplemented,
        Self::Internal,
        Self::Unavailable,
        Self::DataLoss,
        Self::Unauthenticated,
    ];

    /// The code of a gRPC status number. `None` for 0, which is OK and no error; [`Code::Unknown`] for numbers that
    /// gRPC does not define.
    pub fn from_number(number: i32) -> Option<Self> {
        match number {
            0 => None,
            1..=16 => Some(Self::ALL[number as usize - 1]),
            _ => Some(Self::Unknown),
        }
    }

    /// The status of HTTP that stands for it, by the table of `google.rpc.Code`, such as 404 for [`Code::NotFound`].
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Cancelled => 499,
            Self::InvalidArgument | Self::FailedPrecondition | Self::OutOfRange => 400,
            Self::DeadlineExceeded => 504,
            Self::NotFound => 404,
            Self::AlreadyExists | Self::Aborted => 409,
            Self::PermissionDenied => 403,
            Self::Unauthenticated => 401,
            Self::ResourceExhausted => 429,
            Self::Unimplemented => 501,
            Self::Unavailable => 503,
            Self::Unknown | Self::Internal | Self::DataLoss => 500,
        }
    }

    /// The gRPC status number, 1 to 16.
    pub const fn number(self) -> i32 {
        self as i32
    }

    /// The name in gRPC's spelling, such as `NOT_FOUND`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Cancelled => "CANCELLED",
            Self::Unknown => "UNKNOWN",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Internal => "INTERNAL",
            Self::Unavailable => "UNAVAILABLE",
            Self::DataLoss => "DATA_LOSS",
            Self::Unauthenticated => "UNAUTHENTICATED",
        }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why a call failed: a [`Code`] for programs, a message for people, and typed details.
///
/// All of it but [`source`](StdError::source) reaches a remote caller, so the message must not tell what a caller may
/// not know; the source stays here, for logs.
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    code: Code,
    message: String,
    details: Vec<Any>,
    violations: Vec<Violation>,
    retry_delay: Option<Duration>,
    metadata: Metadata,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error with a code and a message that the caller may read.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            code,
            message: message.into(),
            details: Vec::new(),
            violations: Vec::new(),
            retry_delay: None,
            metadata: Metadata::new(),
            source: None,
        }))
    }

    /// [`Code::InvalidArgument`] with a message.
    pub fn invalid_argument(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// [`Code::NotFound`] with a message.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// [`Code::AlreadyExists`] with a message.
    pub fn already_exists(message: impl Into<String>) -> Self {
        Self::new(Code::AlreadyExists, message)
    }

    /// [`Code::FailedPrecondition`] with a message.
    pub fn failed_precondition(message: impl Into<String>) -> Self {
        Self::new(Code::FailedPrecondition, message)
    }

    /// [`Code::PermissionDenied`] with a message.
    pub fn permission_denied(message: impl Into<String>) -> Self {
        Self::new(Code::PermissionDenied, message)
    }

    /// [`Code::Unauthenticated`] with a message.
    pub fn unauthenticated(message: impl Into<String>) -> Self {
        Self::new(Code::Unauthenticated, message)
    }

    /// [`Code::ResourceExhausted`] with a message.
    pub fn resource_exhausted(message: impl Into<String>) -> Self {
        Self::new(Code::ResourceExhausted, message)
    }

    /// [`Code::Aborted`] with a message.
    pub fn aborted(message: impl Into<String>) -> Self {
        Self::new(Code::Aborted, message)
    }

    /// [`Code::Unavailable`] with a message.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, message)
    }

    /// [`Code::DeadlineExceeded`] with a message.
    pub fn deadline_exceeded(message: impl Into<String>) -> Self {
        Self::new(Code::DeadlineExceeded, message)
    }

    /// [`Code::Cancelled`] with a message.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(Code::Cancelled, message)
    }

    /// [`Code::Unimplemented`], naming the method that is not implemented.
    pub fn unimplemented(method: impl fmt::Display) -> Self {
        Self::new(Code::Unimplemented, format!("{method} is not implemented"))
    }

    /// [`Code::Internal`] for a failure that is none of the caller's business: the caller reads "internal error",
    /// `source` stays here for the log.
    pub fn internal(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(Code::Internal, "internal error").with_source(source)
    }

    /// Adds a typed detail, which a remote caller reads with [`Error::detail`].
    pub fn with_detail<T, Place>(mut self, detail: T) -> Self
    where
        T: Message<Place, Wire: Wire>,
    {
        self.0.details.push(Any::pack(detail));
        self
    }

    /// Adds a detail that is packed already.
    pub fn with_any(mut self, detail: Any) -> Self {
        self.0.details.push(detail);
        self
    }

    /// Adds fields that are wrong; they travel as `google.rpc.BadRequest`.
    pub fn with_violations(mut self, violations: impl IntoIterator<Item = Violation>) -> Self {
        self.0.violations.extend(violations);
        self
    }

    /// Tells the caller how long to wait before it tries again; it travels as `google.rpc.RetryInfo`.
    pub fn with_retry_delay(mut self, delay: Duration) -> Self {
        self.0.retry_delay = Some(delay);
        self
    }

    /// Adds metadata that travels in the trailers.
    pub fn with_metadata(mut self, metadata: Metadata) -> Self {
        self.0.metadata.extend(metadata);
        self
    }

    /// Keeps the cause for logs. It never leaves the process.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    /// What kind of failure it is.
    pub fn code(&self) -> Code {
        self.0.code
    }

    /// What went wrong, for people.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The typed details, packed.
    pub fn details(&self) -> &[Any] {
        &self.0.details
    }

    /// The first detail of type `T`, or `None` if there is none or it cannot be read.
    pub fn detail<T>(&self) -> Option<T>
    where
        T: Message<Wire: Wire>,
    {
        self.detail_in::<(), T>()
    }

    /// As [`Error::detail`], for a type that lies in another crate than its conversion, which names its `Place`.
    pub fn detail_in<Place, T>(&self) -> Option<T>
    where
        T: Message<Place, Wire: Wire>,
    {
        self.0.details.iter().find_map(|detail| detail.unpack_in::<Place, T>().ok().flatten())
    }

    /// The fields that are wrong.
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// How long to wait before trying again, if the callee said so.
    pub fn retry_delay(&self) -> Option<Duration> {
        self.0.retry_delay
    }

    /// Metadata of the trailers.
    pub fn metadata(&self) -> &Metadata {
        &self.0.metadata
    }
}

impl From<Violations> for Error {
    fn from(mut violations: Violations) -> Self {
        if let Some(fault) = violations.fault() {
            return fault;
        }
        let violations = violations.into_vec();
        let lines: Vec<_> = violations.iter().map(ToString::to_string).collect();
        Self::invalid_argument(lines.join("; ")).with_violations(violations)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.0.code, self.0.message)
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Error");
        debug.field("code", &self.0.code).field("message", &self.0.message);
        if !self.0.details.is_empty() {
            debug.field("details", &self.0.details);
        }
        if !self.0.violations.is_empty() {
            debug.field("violations", &self.0.violations);
        }
        if let Some(source) = &self.0.source {
            debug.field("source", source);
        }
        debug.finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
