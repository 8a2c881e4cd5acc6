//! The conversion between the types of a service trait and protobuf messages.

use crate::Violations;

/// A type of a service trait, with its conversion to and from a protobuf message.
///
/// Generated code implements it for each domain type. With `types=proto` the messages implement it for themselves, so
/// that adapters, clients and gateways need not know which of the two a service uses.
///
/// `Place` is `()` for a conversion in the crate of the type. If the types are in a crate of their own (`domain_path=`),
/// `Place` is a type of the module with the conversion, as the orphan rule requires. It is seldom written: a type has one
/// conversion, which the compiler infers.
pub trait Message<Place = ()>: Sized + Send + 'static {
    /// The full name of the message in its `.proto`, such as `order.v1.Order`.
    const NAME: &'static str;

    /// The message on the wire.
    type Wire: Send + 'static;

    /// Converts the value to the message to send.
    fn into_wire(self) -> Self::Wire;

    /// Converts a received message; `None` if there are violations, which are added to `violations`.
    fn read(wire: Self::Wire, violations: &mut Violations) -> Option<Self>;

    /// Converts a stored or packed message. Fails with all violations.
    fn from_wire(wire: Self::Wire) -> Result<Self, Violations> {
        read_all(wire, Violations::default())
    }

    /// Checks the rules of a request and converts it. Fails with all violations. `OUTPUT_ONLY` fields are absent.
    fn from_request(wire: Self::Wire) -> Result<Self, Violations> {
        let mut violations = Violations::of_request();
        Self::check(&wire, &mut violations);
        read_all(wire, violations)
    }

    /// Converts a request whose rules the service checks itself. Fails only if the type cannot hold it.
    fn from_unchecked_request(wire: Self::Wire) -> Result<Self, Violations> {
        Self::from_response(wire)
    }

    /// Converts a response. Fails with all violations. Required fields may be empty.
    fn from_response(wire: Self::Wire) -> Result<Self, Violations> {
        read_all(wire, Violations::of_response())
    }

    /// Converts the value to a response, without its `INPUT_ONLY` fields.
    fn into_response(self) -> Self::Wire {
        let mut wire = self.into_wire();
        Self::clear_input_only(&mut wire);
        wire
    }

    /// Checks a request against the rules of its `.proto` (`buf.validate`), and adds the violations.
    fn check(_: &Self::Wire, _: &mut Violations) {}

    /// Clears the `INPUT_ONLY` fields of a message and of all messages in it.
    fn clear_input_only(_: &mut Self::Wire) {}

    /// Returns the field with the idempotency key (`idempotency_key` of the method's options), if there is one. A client sets
    /// it before the first attempt if it is empty.
    fn idempotency_key(&mut self) -> Option<&mut String> {
        None
    }
}

/// Clears an `INPUT_ONLY` field of a message.
pub fn clear<T: Default>(field: &mut T) {
    *field = T::default();
}

/// Fails to compile unless `T` is converted to the message `W` of this name. Generated code asserts it for each custom type
/// (`domain_type=`).
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

/// A message with a protobuf encoding.
pub trait Wire: Default + Send + 'static {
    /// Encodes the message.
    fn to_bytes(&self) -> Vec<u8>;

    /// Returns the number of bytes of the encoded message.
    fn encoded_len(&self) -> usize {
        self.to_bytes().len()
    }

    /// Decodes a message; `None` if the bytes are not its encoding.
    fn from_bytes(bytes: &[u8]) -> Option<Self>;
}

/// An enum of a `.proto`.
pub trait Enumeration: Copy + Send + 'static {
    /// Returns the value with this number. `None` only for the zero of an enum whose zero means "unspecified", and for
    /// unknown numbers of a closed enum (proto2).
    fn from_number(number: i32) -> Option<Self>;

    /// Returns the number on the wire.
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

fn read_all<T: Message<Place>, Place>(wire: T::Wire, mut violations: Violations) -> Result<T, Violations> {
    let message = T::read(wire, &mut violations);
    message.filter(|_| violations.is_empty()).ok_or(violations)
}

#[cfg(feature = "prost")]
impl<T: prost::Message + Default + 'static> Wire for T {
    fn to_bytes(&self) -> Vec<u8> {
        self.encode_to_vec()
    }

    fn encoded_len(&self) -> usize {
        prost::Message::encoded_len(self)
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        Self::decode(bytes).ok()
    }
}
