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
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Its values, in the order of the file.
    pub values: Vec<EnumValue>,
    /// Whether its zero only says that nothing was said; there is no variant for it then.
    pub has_unspecified: bool,
    /// Whether unknown numbers are refused (proto2).
    pub is_closed: bool,
    /// The reserved names and numbers.
    pub reserved: Reserved,
    /// Where it is declared.
    pub position: Position,
}

/// A value of an enum.
#[derive(Debug)]
pub struct EnumValue {
    /// The name in the `.proto`.
    pub name: String,
    /// The number that travels.
    pub number: i32,
    /// The variant, or the constant of an alias.
    pub ident: Ident,
    /// The variant of the enum that travels; an alias has none of its own.
    pub wire_ident: Ident,
    /// The name that makes prost-build call the variant so: its own, unless that becomes the name of another value in Rust.
    pub wire_name: String,
    /// The value that has the same number and came first.
    pub alias_of: Option<Ident>,
    /// Its comment.
    pub docs: Docs,
    /// Whether it should not be used any more.
    pub deprecated: bool,
    /// Where it is declared.
    pub position: Position,
}

impl Enum {
    /// Whether it has a variant for zero, which is its default.
    pub fn has_zero(&self) -> bool {
        !self.has_unspecified && self.values.iter().any(|value| value.number == 0)
    }
}
