//! Fields: their names, values and cardinality.

use super::{Constraints, Encoding, Scalar, WellKnown};
use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// A field.
#[derive(Debug)]
pub struct Field {
    /// The name in the `.proto`.
    pub name: String,
    /// The name in JSON.
    pub json_name: String,
    /// The field number.
    pub number: i32,
    /// The name in the plain type.
    pub ident: Ident,
    /// The name in the prost message.
    pub wire_ident: Ident,
    /// Its comment.
    pub docs: Docs,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether the OpenAPI document leaves it out, because a label restricts it.
    pub is_hidden: bool,
    /// Whether `Debug` hides its value.
    pub redacted: bool,
    /// Whether a message without it is invalid.
    pub required: bool,
    /// The annotations of `google.api.field_behavior`.
    pub behavior: Behavior,
    /// The rules of `buf.validate` that a JSON schema can state.
    pub constraints: Constraints,
    /// Whether a path variable or an idempotency key names it or a field nested in it.
    pub is_named: bool,
    /// Its cardinality.
    pub cardinality: Cardinality,
    /// The type of its values.
    pub value: Value,
    /// The declared default.
    pub default: Option<DefaultValue>,
    /// Whether a map is a `HashMap` in the plain type, as in the prost message.
    pub is_hash_map: bool,
    /// Whether the value needs a box, because the message contains itself.
    pub boxed: bool,
    /// Whether a repeated number is packed.
    pub is_packed: bool,
    /// Whether a message is encoded as a group.
    pub is_group: bool,
    /// The encoding of a value.
    pub encoding: Encoding,
    /// The encoding of the keys of a map.
    pub key_encoding: Option<Encoding>,
    /// The position of the declaration.
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
    /// A number, a string or bytes.
    Scalar(Scalar),
    /// An enum, by full name.
    Enum(String),
    /// A message, by full name.
    Message(String),
    /// A message of `google.protobuf` that has a type of its own in Rust.
    WellKnown(WellKnown),
}

/// The declared default of a field (proto2 and editions).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultValue {
    /// A number or a bool, as a Rust expression.
    Plain(String),
    /// A string.
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
    /// It must be present and not empty.
    pub required: bool,
    /// Only the service sets it. Its value in requests is ignored, unless a path or a key names it.
    pub output_only: bool,
    /// Only requests contain it.
    pub input_only: bool,
}

impl Field {
    /// The full name of its message, if it has at most one value.
    pub fn single_message(&self) -> Option<&str> {
        match (&self.value, self.cardinality) {
            (_, Cardinality::Repeated | Cardinality::Map(_)) => None,
            (Value::Message(name), _) => Some(name),
            _ => None,
        }
    }

    /// Whether it is REQUIRED, but not enforced because no finite message could satisfy it.
    pub fn is_endless(&self) -> bool {
        self.behavior.required && !self.behavior.output_only && !self.required
    }

    /// Whether its value in requests is ignored, because only the service sets it and no path or key names it.
    pub fn is_cleared(&self) -> bool {
        self.behavior.output_only && !self.is_named
    }
}
