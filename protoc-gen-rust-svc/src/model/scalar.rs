//! Scalar types.

/// A type of a single value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "they are named as in every .proto")]
pub enum Scalar {
    Double,
    Float,
    Int32,
    Int64,
    Uint32,
    Uint64,
    Bool,
    String,
    Bytes,
    /// Bytes that share their memory with others: with the request that they came in.
    SharedBytes,
}

impl Scalar {
    /// The type in Rust.
    pub fn rust(self) -> &'static str {
        match self {
            Self::Double => "f64",
            Self::Float => "f32",
            Self::Int32 => "i32",
            Self::Int64 => "i64",
            Self::Uint32 => "u32",
            Self::Uint64 => "u64",
            Self::Bool => "bool",
            Self::String => "String",
            Self::Bytes => "Vec<u8>",
            Self::SharedBytes => "svc::bytes::Bytes",
        }
    }

    /// Whether it is a text or bytes, of which an empty one counts as missing.
    pub fn can_be_empty(self) -> bool {
        matches!(self, Self::String | Self::Bytes | Self::SharedBytes)
    }

    /// Whether it is equal to itself.
    pub fn is_eq(self) -> bool {
        !matches!(self, Self::Double | Self::Float)
    }
}
