//! The message or enum that a type is.

use super::{super::Scalar, times::Times};
use crate::names::Ident;

/// A message or an enum of `google.protobuf` with a Rust type of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are named as in google/protobuf")]
pub enum WellKnown {
    Any,
    Duration(Times),
    Empty,
    FieldMask,
    ListValue,
    NullValue,
    Struct,
    Timestamp(Times),
    Value,
    /// `BoolValue`, `Int32Value` and so on.
    Wrapper(Scalar),
    /// Any enum but `NullValue`, as its number; by its name in the package.
    Enum(&'static str),
    /// Any other message, by its name in the package.
    Other(&'static str),
}

impl WellKnown {
    /// The name for a `BytesValue` whose Rust type is `Bytes`.
    pub const SHARED_BYTES: &str = "SharedBytesValue";

    /// The message with this name in `google.protobuf`. Returns `None` for descriptors and unknown names.
    pub fn message(name: &str) -> Option<Self> {
        Some(match name {
            "Any" => Self::Any,
            "Duration" => Self::Duration(Times::Runtime),
            "Empty" => Self::Empty,
            "FieldMask" => Self::FieldMask,
            "ListValue" => Self::ListValue,
            "Struct" => Self::Struct,
            "Timestamp" => Self::Timestamp(Times::Runtime),
            "Value" => Self::Value,
            other => Self::Wrapper(wrapped(other)?),
        })
    }

    /// The name in `google.protobuf`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "Any",
            Self::Duration(_) => "Duration",
            Self::Empty => "Empty",
            Self::FieldMask => "FieldMask",
            Self::ListValue => "ListValue",
            Self::NullValue => "NullValue",
            Self::Struct => "Struct",
            Self::Timestamp(_) => "Timestamp",
            Self::Value => "Value",
            Self::Wrapper(scalar) => wrapper(scalar),
            Self::Enum(name) | Self::Other(name) => name,
        }
    }

    /// Whether a query parameter can set it with a text.
    pub fn is_query_text(self) -> bool {
        !matches!(self, Self::Any | Self::Empty | Self::ListValue | Self::Struct | Self::Value | Self::Other(_))
    }

    /// Whether the JSON of the message is one value, not an object with its fields.
    pub fn is_one_value(self) -> bool {
        !matches!(self, Self::Empty | Self::Other(_))
    }
}

fn wrapper(scalar: Scalar) -> &'static str {
    match scalar {
        Scalar::Bool => "BoolValue",
        Scalar::Bytes | Scalar::SharedBytes => "BytesValue",
        Scalar::Double => "DoubleValue",
        Scalar::Float => "FloatValue",
        Scalar::Int32 => "Int32Value",
        Scalar::Int64 => "Int64Value",
        Scalar::String => "StringValue",
        Scalar::Uint32 => "UInt32Value",
        Scalar::Uint64 => "UInt64Value",
    }
}

fn wrapped(name: &str) -> Option<Scalar> {
    Some(match name {
        "BoolValue" => Scalar::Bool,
        "BytesValue" => Scalar::Bytes,
        "DoubleValue" => Scalar::Double,
        "FloatValue" => Scalar::Float,
        "Int32Value" => Scalar::Int32,
        "Int64Value" => Scalar::Int64,
        WellKnown::SHARED_BYTES => Scalar::SharedBytes,
        "StringValue" => Scalar::String,
        "UInt32Value" => Scalar::Uint32,
        "UInt64Value" => Scalar::Uint64,
        _ => return None,
    })
}

impl WellKnown {
    /// The plain type.
    pub fn rust(self) -> String {
        match self {
            Self::Any => "svc::Any".to_owned(),
            Self::Duration(times) => times.duration().to_owned(),
            Self::Empty => "()".to_owned(),
            Self::FieldMask => "svc::FieldMask".to_owned(),
            Self::ListValue => "::std::vec::Vec<svc::Json>".to_owned(),
            Self::NullValue | Self::Enum(_) => "i32".to_owned(),
            Self::Struct => "::std::collections::BTreeMap<::std::string::String, svc::Json>".to_owned(),
            Self::Timestamp(times) => times.timestamp().to_owned(),
            Self::Value => "svc::Json".to_owned(),
            Self::Wrapper(Scalar::String) => "::std::string::String".to_owned(),
            Self::Wrapper(Scalar::Bytes) => "::std::vec::Vec<u8>".to_owned(),
            Self::Wrapper(scalar) => scalar.rust().to_owned(),
            Self::Other(name) => in_runtime(name),
        }
    }

    /// The prost type.
    pub fn wire(self) -> String {
        match self {
            Self::Any => "svc::wkt::Any".to_owned(),
            Self::Duration(_) => "svc::wkt::Duration".to_owned(),
            Self::FieldMask => "svc::wkt::FieldMask".to_owned(),
            Self::ListValue => "svc::wkt::ListValue".to_owned(),
            Self::Struct => "svc::wkt::Struct".to_owned(),
            Self::Timestamp(_) => "svc::wkt::Timestamp".to_owned(),
            Self::Value => "svc::wkt::Value".to_owned(),
            Self::Empty | Self::NullValue | Self::Enum(_) | Self::Wrapper(_) | Self::Other(_) => self.rust(),
        }
    }

    /// The path of the prost enum, if it is an enum.
    pub fn enumeration(self) -> Option<String> {
        match self {
            Self::Enum(name) => Some(in_runtime(name)),
            _ => None,
        }
    }

    /// Whether the plain type is the prost type.
    pub fn is_itself(self) -> bool {
        self.rust() == self.wire()
    }
}

/// A type of `google.protobuf`, as prost-build names it.
fn in_runtime(name: &str) -> String {
    match name.rsplit_once('.') {
        Some((outer, name)) => format!("svc::wkt::{}::{name}", Ident::snake(outer)),
        None => format!("svc::wkt::{name}"),
    }
}
