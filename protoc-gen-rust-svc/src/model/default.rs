//! The values of fields that are absent.

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
