//! A message of any type, packed.

use crate::{Error, Message, Result, Wire};

/// A packed message and the name of its type, as `google.protobuf.Any`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Any {
    /// Where the type is described; what follows the last `/` is its full name.
    pub type_url: String,
    /// The message in protobuf encoding.
    pub value: Vec<u8>,
}

impl Any {
    /// Packs a message.
    pub fn pack<T, Place>(message: T) -> Self
    where
        T: Message<Place, Wire: Wire>,
    {
        Self { type_url: format!("type.googleapis.com/{}", T::NAME), value: message.into_wire().to_bytes() }
    }

    /// The message if it is a `T`, `None` if it is of another type. Fails with `INVALID_ARGUMENT` if it says that it is a
    /// `T` and is not.
    pub fn unpack<T>(&self) -> Result<Option<T>>
    where
        T: Message<Wire: Wire>,
    {
        self.unpack_in::<(), T>()
    }

    /// As [`Any::unpack`], for a type that lies in another crate than its conversion, which names its `Place`.
    pub fn unpack_in<Place, T>(&self) -> Result<Option<T>>
    where
        T: Message<Place, Wire: Wire>,
    {
        if self.type_name() != T::NAME {
            return Ok(None);
        }
        let broken = || Error::invalid_argument(format!("not a {} in protobuf encoding", T::NAME));
        let wire = T::Wire::from_bytes(&self.value).ok_or_else(broken)?;
        Ok(Some(T::from_wire(wire)?))
    }

    /// The full name of the type, such as `google.rpc.ErrorInfo`.
    pub fn type_name(&self) -> &str {
        self.type_url.rsplit('/').next().unwrap_or_default()
    }
}
