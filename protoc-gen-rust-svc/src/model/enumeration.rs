//! Enums and their values.

use super::{Reserved, TypeName};
use crate::{diagnostics::Position, docs::Docs, names::Ident};

/// An enum.
#[derive(Debug)]
pub struct Enum {
    /// The full name in the `.proto`.
    pub name: String,
    /// The name in Rust.
    pub rust: TypeName,
    /// Its comment.
    pub docs: Docs,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether the OpenAPI document leaves it out, because a label restricts it.
    pub is_hidden: bool,
    /// Its values, in the order of the file.
    pub values: Vec<EnumValue>,
    /// Whether its zero means unspecified, so that it has no variant.
    pub has_unspecified: bool,
    /// Whether unknown numbers are rejected, as in proto2.
    pub is_closed: bool,
    /// Whether its values may collide in JSON, as in proto2.
    pub has_loose_json: bool,
    /// The reserved names and numbers.
    pub reserved: Reserved,
    /// The position of the declaration.
    pub position: Position,
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// The name in the `.proto`.
    pub name: String,
    /// The number.
    pub number: i32,
    /// The variant, or the constant of an alias.
    pub ident: Ident,
    /// The variant of the prost enum. An alias has none of its own.
    pub wire_ident: Ident,
    /// The name from which prost-build makes the variant. It differs from `name` if variants would collide.
    pub wire_name: String,
    /// The first value with the same number, if this one is an alias.
    pub alias_of: Option<Ident>,
    /// Its comment.
    pub docs: Docs,
    /// Whether it is deprecated.
    pub deprecated: bool,
    /// Whether the OpenAPI document leaves it out, because a label restricts it.
    pub is_hidden: bool,
    /// The position of the declaration.
    pub position: Position,
}

impl Enum {
    /// Whether it has a variant for zero, which is its default.
    pub fn has_zero(&self) -> bool {
        !self.has_unspecified && self.values.iter().any(|value| value.number == 0)
    }
}
