//! The bridge between what a service trait speaks and what travels.

#[cfg(feature = "validate")]
mod rules;
mod validated;

#[cfg(feature = "validate")]
pub use rules::Rules;
pub use validated::{Check, Validated};

use crate::Violations;

/// A type that a service trait speaks, and the protobuf message that carries it.
///
/// Generated code implements it for each domain type; with `types=proto` the messages implement it for themselves. So
/// adapters, clients and gateways need not know which of the two a service chose.
///
/// `Place` is where the conversion stands: `()` if that is beside the type. Where the types lie in a crate of their own
/// (`domain_path=`), it is a type of the module that converts them, which is what lets the conversion stand there. It is
/// seldom named: a type has one conversion, and the compiler finds it.
pub trait Message<Place = ()>: Sized + Send + 'static {
    /// The full name of the message in its `.proto`, such as `order.v1.Order`.
    const NAME: &'static str;

    /// The message that travels.
    type Wire: Send + 'static;

    /// The message to send. It cannot fail.
    fn into_wire(self) -> Self::Wire;

    /// Reads what was received; `None` after noting in `violations` all that is wrong with it.
    fn read(wire: Self::Wire, violations: &mut Violations) -> Option<Self>;

    /// Reads what was kept or packed, or tells all that is wrong with it.
    fn from_wire(wire: Self::Wire) -> Result<Self, Violations> {
        read_all(wire, Violations::default())
    }

    /// Reads a request, as a service does, or tells all that is wrong with it, by its rules too. Fields that are
    /// `OUTPUT_ONLY` are absent.
    fn from_request(wire: Self::Wire) -> Result<Self, Violations> {
        let mut violations = Violations::of_request();
        Self::check(&wire, &mut violations);
        read_all(wire, violations)
    }

    /// Reads a response, as a caller does, or tells all that is wrong with it. What is required may be empty.
    fn from_response(wire: Self::Wire) -> Result<Self, Violations> {
        read_all(wire, Violations::of_response())
    }

    /// The message to answer with: without the fields that are `INPUT_ONLY`.
    fn into_response(self) -> Self::Wire {
        let mut wire = self.into_wire();
        Self::clear_input_only(&mut wire);
        wire
    }

    /// Notes in `violations` all that the rules of its `.proto` (`buf.validate`) say against a request.
    fn check(_: &Self::Wire, _: &mut Violations) {}

    /// Clears the fields that only a request may hold (`INPUT_ONLY`), here and in all that this message holds.
    fn clear_input_only(_: &mut Self::Wire) {}

    /// The field that makes a repeated call harmless (the `idempotency_key` of the method's options), if there is one.
    /// A client fills it in before the first attempt when it is empty.
    fn idempotency_key(&mut self) -> Option<&mut String> {
        None
    }
}

/// Empties a field of a message: what only a request may hold.
pub fn clear<T: Default>(field: &mut T) {
    *field = T::default();
}

/// Compiles only if `T` is carried by the message `W` of this name: what generated code asks of a type that stands in for
/// one of its own (`domain_type=`).
///
/// ```compile_fail
/// const _: () = rust_svc::assert_wire_type::<std::time::Instant, (), _>("google.protobuf.Empty");
/// ```
pub const fn assert_wire_type<T: Message<Place, Wire = W>, W, Place>(name: &str) {
    let (own, name) = (T::NAME.as_bytes(), name.as_bytes());
    let mut index = 0;
    while index < own.len() && index < name.len() && own[index] == name[index] {
        index += 1;
    }
    assert!(index == own.len() && index == name.len(), "its NAME is not the full name of the message");
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

impl<T: Message<Place>, Place> Message<Place> for Box<T> {
    const NAME: &'static str = T::NAME;
    type Wire = Box<T::Wire>;

    fn into_wire(self) -> Self::Wire {
        Box::new(T::into_wire(*self))
    }

    fn read(wire: Self::Wire, violations: &mut Violations) -> Option<Self> {
        T::read(*wire, violations).map(Box::new)
    }

    fn check(wire: &Self::Wire, violations: &mut Violations) {
        T::check(wire, violations);
    }

    fn clear_input_only(wire: &mut Self::Wire) {
        T::clear_input_only(wire);
    }
}

fn read_all<T: Message<Tree>, Tree>(wire: T::Wire, mut violations: Violations) -> Result<T, Violations> {
    let message = T::read(wire, &mut violations);
    message.filter(|_| violations.is_empty()).ok_or(violations)
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
