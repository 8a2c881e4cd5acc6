//! The types that represent messages in traits.

/// The type that represents a message in traits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A plain type, which is generated.
    #[default]
    Plain,
    /// The prost message.
    Wire,
    /// A custom type.
    Custom(CustomType),
}

/// A custom type, and the traits that it implements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomType {
    /// Its path, which is valid in every module of the crate with the plain types.
    pub path: String,
    /// Whether it is `Eq`.
    pub is_eq: bool,
    /// Whether it is `Hash`.
    pub is_hash: bool,
    /// Whether it has a default.
    pub has_default: bool,
}
