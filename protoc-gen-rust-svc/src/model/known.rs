//! Which messages of `google.protobuf` have a type of their own in Rust.

use super::{Scalar, Times, WellKnown};

impl WellKnown {
    /// Bytes that share their memory, which are a message of another name, since they are of another type.
    pub const SHARED_BYTES: &str = "SharedBytesValue";

    /// The message of this name in `google.protobuf`, unless it describes messages or nobody knows it.
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

    /// Whether JSON writes the message as one value: not as an object of its fields.
    pub fn is_one_value(self) -> bool {
        !matches!(self, Self::Empty | Self::Other(_))
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
