//! An error of any type.

/// An error of a type that only its origin knows.
pub(crate) type BoxError = Box<dyn std::error::Error + Send + Sync>;
