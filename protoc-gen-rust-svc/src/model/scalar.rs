//! Scalar types.

/// A scalar type.
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
    /// `Bytes`, which share the memory of the request that contains them.
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

    /// Whether it is a string or bytes, which count as missing if they are empty.
    pub fn can_be_empty(self) -> bool {
        matches!(self, Self::String | Self::Bytes | Self::SharedBytes)
    }

    /// Whether its Rust type is `Eq`.
    pub fn is_eq(self) -> bool {
        !matches!(self, Self::Double | Self::Float)
    }
}
