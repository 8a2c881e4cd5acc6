//! The bridge between what a service trait speaks and what travels.

use crate::Violations;

/// A type that a service trait speaks, and the protobuf message that carries it.
///
/// Generated code implements it for each domain type; with `types=proto` the messages implement it for themselves. So
/// adapters, clients and gateways need not know which of the two a service chose.
pub trait Message: Sized + Send + 'static {
    /// The full name of the message in its `.proto`, such as `order.v1.Order`.
    const NAME: &'static str;

    /// The message that travels.
    type Wire: Send + 'static;

    /// The message to send. It cannot fail.
    fn into_wire(self) -> Self::Wire;

    /// Reads what was received; `None` after noting in `violations` all that is wrong with it.
    fn read(wire: Self::Wire, violations: &mut Violations) -> Option<Self>;

    /// Reads what was received, or tells all that is wrong with it.
    fn from_wire(wire: Self::Wire) -> Result<Self, Violations> {
        let mut violations = Violations::default();
        let message = Self::read(wire, &mut violations);
        message.filter(|_| violations.is_empty()).ok_or(violations)
    }

    /// The field that makes a repeated call harmless (the `idempotency_key` of the method's options), if there is one.
    /// A client fills it in before the first attempt when it is empty.
    fn idempotency_key(&mut self) -> Option<&mut String> {
        None
    }
}

/// A message as bytes.
pub trait Wire: Default + Send + 'static {
    /// The protobuf encoding.
    fn to_bytes(&self) -> Vec<u8>;

    /// Decodes the protobuf encoding; `None` if it is not one of this message.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// An enum of a `.proto`.
pub trait Enumeration: Copy + Send + 'static {
    /// The value with this number. `None` only for the zero of an enum whose zero means "unspecified", and for
    /// unknown numbers of a closed enum (proto2).
    fn from_number(number: i32) -> Option<Self>;

    /// The number that travels.
    fn number(self) -> i32;
}

impl<T: Message> Message for Box<T> {
    const NAME: &'static str = T::NAME;
    type Wire = Box<T::Wire>;

    fn into_wire(self) -> Self::Wire {
        Box::new(T::into_wire(*self))
    }

    fn read(wire: Self::Wire, violations: &mut Violations) -> Option<Self> {
        T::read(*wire, violations).map(Box::new)
    }
}

#[cfg(feature = "prost")]
impl<T: prost::Message + Default + 'static> Wire for T {
    fn to_bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::decode(bytes).ok()
    }
}
