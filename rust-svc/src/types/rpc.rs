//! The messages of `google.rpc`: the status, and standard details of errors.

use std::time::Duration;

use crate::{Any, Code, Error, Message, SignedDuration, Violation, Violations, types::wkt};

/// An error on the wire of gRPC, and in the body of an HTTP response.
#[derive(Clone, PartialEq, prost::Message)]
pub struct Status {
    /// The number of the code.
    #[prost(int32, tag = "1")]
    pub code: i32,
    /// The message for people.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Typed details.
    #[prost(message, repeated, tag = "3")]
    pub details: Vec<wkt::Any>,
}

/// The invalid fields of a request.
#[derive(Clone, PartialEq, prost::Message)]
pub struct BadRequest {
    /// The violations.
    #[prost(message, repeated, tag = "1")]
    pub field_violations: Vec<FieldViolation>,
}

/// An invalid field.
#[derive(Clone, PartialEq, prost::Message)]
pub struct FieldViolation {
    /// Its path.
    #[prost(string, tag = "1")]
    pub field: String,
    /// The reason for people.
    #[prost(string, tag = "2")]
    pub description: String,
    /// The reason for programs, in `UPPER_SNAKE_CASE`.
    #[prost(string, tag = "3")]
    pub reason: String,
}

/// The delay before a retry.
#[derive(Clone, Copy, PartialEq, prost::Message)]
pub struct RetryInfo {
    /// The delay.
    #[prost(message, optional, tag = "1")]
    pub retry_delay: Option<wkt::Duration>,
}

/// The reason of a failure, for programs.
#[derive(Clone, PartialEq, prost::Message)]
pub struct ErrorInfo {
    /// The reason, in `UPPER_SNAKE_CASE`, unique within the domain.
    #[prost(string, tag = "1")]
    pub reason: String,
    /// The domain that defines the reason, such as `inventory.example.com`.
    #[prost(string, tag = "2")]
    pub domain: String,
    /// Further data about this failure.
    #[prost(btree_map = "string, string", tag = "3")]
    pub metadata: std::collections::BTreeMap<String, String>,
}

/// The conditions of a call that did not hold.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct PreconditionFailure {
    /// The conditions.
    #[prost(message, repeated, tag = "1")]
    pub violations: Vec<PreconditionViolation>,
}

/// A condition that did not hold.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct PreconditionViolation {
    /// The kind of the condition, in `UPPER_SNAKE_CASE`: the field `type`.
    #[prost(string, tag = "1")]
    pub kind: String,
    /// The element that the condition concerns.
    #[prost(string, tag = "2")]
    pub subject: String,
    /// How to meet the condition, for people.
    #[prost(string, tag = "3")]
    pub description: String,
}

/// The resource that a failed call is about.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ResourceInfo {
    /// The type, such as `order.v1.Order`.
    #[prost(string, tag = "1")]
    pub resource_type: String,
    /// The name or identifier.
    #[prost(string, tag = "2")]
    pub resource_name: String,
    /// The owner, if the caller may know it.
    #[prost(string, tag = "3")]
    pub owner: String,
    /// The problem of the resource, for people.
    #[prost(string, tag = "4")]
    pub description: String,
}

macro_rules! impl_message {
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

impl_message!(Status, BadRequest, RetryInfo, ErrorInfo, PreconditionFailure, ResourceInfo);

/// Violations become a [`BadRequest`] and the delay a [`RetryInfo`], before the details.
impl From<&Error> for Status {
    fn from(error: &Error) -> Self {
        let violations = (!error.violations().is_empty()).then(|| Any::pack(BadRequest::of(error.violations())));
        let delay = error.retry_delay().map(|delay| Any::pack(RetryInfo::of(delay)));
        let details = violations.into_iter().chain(delay).chain(error.details().iter().cloned());
        let details = details.map(|any| wkt::Any { type_url: any.type_url, value: any.value }).collect();
        Self { code: error.code().number(), message: error.message().to_owned(), details }
    }
}

/// A [`BadRequest`] becomes violations and a [`RetryInfo`] the delay. Code 0, which is not an error, becomes
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
