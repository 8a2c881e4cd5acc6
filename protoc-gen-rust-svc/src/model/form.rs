//! The types that represent messages in traits.

/// The type that represents a message in traits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// A plain type, which is generated.
    #[default]
    Plain,
    /// The message itself, as it travels.
    Wire,
    /// A type of the user's own.
    Custom(CustomType),
}

/// A type of the user's own, and what others that hold it may derive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CustomType {
    /// Where it is, from anywhere in the crate that holds the plain types.
    pub path: String,
    /// Whether it is `Eq`.
    pub is_eq: bool,
    /// Whether it is `Hash`.
    pub is_hash: bool,
    /// Whether it has a default.
    pub has_default: bool,
}
