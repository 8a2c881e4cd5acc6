//! Fields: their names, values and cardinality.

use super::{Encoding, Scalar, WellKnown};
use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// A field.
#[derive(Debug)]
pub struct Field {
    /// The name in the `.proto`.
    pub name: String,
    /// The name in JSON.
    pub json_name: String,
    /// The number that travels.
    pub number: i32,
    /// The name in the plain type.
    pub ident: Ident,
    /// The name in the message that travels.
    pub wire_ident: Ident,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Whether `Debug` must not show it.
    pub redacted: bool,
    /// Whether a message without it is wrong.
    pub required: bool,
    /// The annotations of `google.api.field_behavior`.
    pub behavior: Behavior,
    /// Whether a path or an idempotency key names it, or a field of the message that it holds.
    pub is_named: bool,
    /// Its cardinality.
    pub cardinality: Cardinality,
    /// The type of its values.
    pub value: Value,
    /// The declared default.
    pub default: Option<DefaultValue>,
    /// Whether a map of the plain type has no order, as the one that travels.
    pub is_hash_map: bool,
    /// Whether the value needs a box, because the message contains itself.
    pub boxed: bool,
    /// Whether a list of numbers travels as one field.
    pub is_packed: bool,
    /// Whether a message travels as a group.
    pub is_group: bool,
    /// How a value travels.
    pub encoding: Encoding,
    /// How the key of a map travels.
    pub key_encoding: Option<Encoding>,
    /// Where it is declared.
    pub position: Position,
}

/// The cardinality of a field, with presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// Singular without presence: the default value is not sent (proto3).
    Implicit,
    /// Singular with presence.
    Optional,
    /// `required` (proto2).
    Required,
    /// `repeated`.
    Repeated,
    /// A map, with the type of its keys.
    Map(Scalar),
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number, a text or bytes.
    Scalar(Scalar),
    /// An enum, by full name.
    Enum(String),
    /// A message, by full name.
    Message(String),
    /// A message of `google.protobuf` that has a type of its own in Rust.
    WellKnown(WellKnown),
}

/// The value that a field has while it is absent, where the `.proto` says one (proto2 and editions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// A number, or whether something is true, as it is written in Rust.
    Plain(String),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A value of the field's enum, by its name in the `.proto`.
    Enum(String),
}

/// The annotations of `google.api.field_behavior` that a stateless check can enforce.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Behavior {
    /// It may be absent.
    pub optional: bool,
    /// It must be there, and not be empty.
    pub required: bool,
    /// The service sets it; what a request says of it is ignored, unless a path or a key names it.
    pub output_only: bool,
    /// Only requests hold it.
    pub input_only: bool,
}

impl Field {
    /// The full name of the message that it has at most one value of.
    pub fn single_message(&self) -> Option<&str> {
        match (&self.value, self.cardinality) {
            (_, Cardinality::Repeated | Cardinality::Map(_)) => None,
            (Value::Message(name), _) => Some(name),
            _ => None,
        }
    }

    /// Whether it is REQUIRED, and not asked for because a message that has it would have no end.
    pub fn is_endless(&self) -> bool {
        self.behavior.required && !self.behavior.output_only && !self.required
    }

    /// Whether a request that holds it is read as if it did not: it is the service that sets it. What a path or a key
    /// names, a request does say.
    pub fn is_cleared(&self) -> bool {
        self.behavior.output_only && !self.is_named
    }
}
