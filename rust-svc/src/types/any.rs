//! Packed messages.

use std::fmt;

use crate::{Message, Violations, Wire};

/// A packed message of any type: `google.protobuf.Any`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Any {
    /// The URL of the type. The text after the last `/` is its full name.
    pub type_url: String,
    /// The message in protobuf encoding.
    pub value: Vec<u8>,
}

/// The error for a packed message that is not of the type in its URL.
#[derive(Debug)]
#[non_exhaustive]
pub enum UnpackError {
    /// The bytes are not the encoding of the message with this name.
    Encoding(&'static str),
    /// The message has violations.
    Violations(Violations),
}

impl Any {
    /// Packs a message.
    pub fn pack<T, Place>(message: T) -> Self
    where
        T: Message<Place, Wire: Wire>,
    {
        Self { type_url: format!("type.googleapis.com/{}", T::NAME), value: message.into_wire().to_bytes() }
    }

    /// Unpacks a message of type `T`; `None` if it is of another type. Fails if it cannot be decoded or converted.
    pub fn unpack<T>(&self) -> Result<Option<T>, UnpackError>
    where
        T: Message<Wire: Wire>,
    {
        self.unpack_in::<(), T>()
    }

    /// Unpacks a message whose conversion is in another crate than its type, which `Place` names.
    pub fn unpack_in<Place, T>(&self) -> Result<Option<T>, UnpackError>
    where
        T: Message<Place, Wire: Wire>,
    {
        if self.type_name() != T::NAME {
            return Ok(None);
        }
        let wire = T::Wire::from_bytes(&self.value).ok_or(UnpackError::Encoding(T::NAME))?;
        T::from_wire(wire).map(Some).map_err(UnpackError::Violations)
    }

    /// Returns the full name of the type, such as `google.rpc.ErrorInfo`.
    pub fn type_name(&self) -> &str {
        self.type_url.rsplit('/').next().unwrap_or_default()
    }
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(name) => write!(f, "not a {name} in protobuf encoding"),
            Self::Violations(violations) => violations.fmt(f),
        }
    }
}

impl std::error::Error for UnpackError {}
