//! The values of fields that are absent.

use super::Enum;

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

impl Enum {
    /// Whether it has a variant for zero, which is its default.
    pub fn has_zero(&self) -> bool {
        !self.has_unspecified && self.values.iter().any(|value| value.number == 0)
    }
}
