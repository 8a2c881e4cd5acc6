//! The details of errors that all of gRPC knows: messages of `google.rpc`.

use std::time::Duration;

use crate::{Any, Code, Error, Message, SignedDuration, Violation, Violations, types::wkt};

/// What an error is on the wire of gRPC and in the body of an HTTP answer.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Status {
    /// The number of the code.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// What went wrong, for people.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Typed details.
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<wkt::Any>,
}

/// Which fields of a request are wrong.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BadRequest {
    /// Each of them.
    #[prost(message, repeated, tag = "1")]
    pub field_violations: Vec<FieldViolation>,
}

/// A field that is wrong.
#[derive(Clone, PartialEq, prost::Message)]
pub struct FieldViolation {
    /// Its path.
    #[prost(string, tag = "1")]
    pub field: String,
    /// What is wrong with it.
    #[prost(string, tag = "2")]
    pub description: String,
    /// What is wrong with it, for programs, in `UPPER_SNAKE_CASE`.
    #[prost(string, tag = "3")]
    pub reason: String,
}

/// When to try again.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct RetryInfo {
    /// How long to wait.
    #[prost(message, optional, tag = "1")]
    pub retry_delay: Option<wkt::Duration>,
}

/// Why a call failed, for programs.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ErrorInfo {
    /// The reason, in `UPPER_SNAKE_CASE`, unique within the domain.
    #[prost(string, tag = "1")]
    pub reason: String,
    /// Who defined the reason, such as `inventory.example.com`.
    #[prost(string, tag = "2")]
    pub domain: String,
    /// More about this occurrence.
    #[prost(btree_map = "string, string", tag = "3")]
    pub metadata: std::collections::BTreeMap<String, String>,
}

macro_rules! speaks_for_itself {
    ($($message:ident),*) => {$(
        impl Message for $message {
            const NAME: &'static str = concat!("google.rpc.", stringify!($message));
            type Wire = Self;

            fn into_wire(self) -> Self {
                self
            }

            fn read(wire: Self, _: &mut Violations) -> Option<Self> {
                Some(wire)
            }
        }
    )*};
}

speaks_for_itself!(Status, BadRequest, RetryInfo, ErrorInfo);

/// The violations travel as [`BadRequest`] and the delay as [`RetryInfo`], before the details.
impl From<&Error> for Status {
    fn from(error: &Error) -> Self {
        let violations = (!error.violations().is_empty()).then(|| Any::pack(BadRequest::of(error.violations())));
        let delay = error.retry_delay().map(|delay| Any::pack(RetryInfo::of(delay)));
        let details = violations.into_iter().chain(delay).chain(error.details().iter().cloned());
        let details = details.map(|any| wkt::Any { type_url: any.type_url, value: any.value }).collect();
        Self { code: error.code().number(), message: error.message().to_owned(), details }
    }
}

/// [`BadRequest`] becomes the violations and [`RetryInfo`] the delay; a code of 0, which is no error, becomes
/// [`Code::Unknown`].
impl From<Status> for Error {
    fn from(status: Status) -> Self {
        let code = Code::from_number(status.code).unwrap_or(Code::Unknown);
        let details = status.details.into_iter().map(|any| Any { type_url: any.type_url, value: any.value });
        details.fold(Self::new(code, status.message), read_detail)
    }
}

fn read_detail(error: Error, any: Any) -> Error {
    if let Ok(Some(wrong)) = any.unpack::<BadRequest>() {
        return error.with_violations(wrong.field_violations.into_iter().map(Into::into));
    }
    match any.unpack::<RetryInfo>().ok().flatten().and_then(RetryInfo::delay) {
        Some(delay) => error.with_retry_delay(delay),
        None => error.with_any(any),
    }
}

impl BadRequest {
    fn of(violations: &[Violation]) -> Self {
        Self { field_violations: violations.iter().cloned().map(Into::into).collect() }
    }
}

impl RetryInfo {
    fn of(delay: Duration) -> Self {
        let seconds = i64::try_from(delay.as_secs()).unwrap_or(i64::MAX);
        Self { retry_delay: Some(wkt::Duration { seconds, nanos: delay.subsec_nanos().cast_signed() }) }
    }

    fn delay(self) -> Option<Duration> {
        let delay = self.retry_delay?;
        SignedDuration::new(delay.seconds, delay.nanos)?.to_std()
    }
}

impl From<Violation> for FieldViolation {
    fn from(violation: Violation) -> Self {
        Self { field: violation.field, description: violation.description, reason: violation.reason }
    }
}

impl From<FieldViolation> for Violation {
    fn from(violation: FieldViolation) -> Self {
        Self { field: violation.field, description: violation.description, reason: violation.reason }
    }
}
