//! Failures of rendering.

use std::fmt;

/// Output that is not valid Rust, which is a fault of the generator.
#[derive(Clone, Debug)]
pub struct Unprintable(pub(super) String);

impl Unprintable {
    /// Adds the path of the file that cannot be printed.
    pub(super) fn of(self, path: &str) -> Self {
        Self(format!("{path}: {}", self.0))
    }
}

impl fmt::Display for Unprintable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "internal error: {}; please report it with the .proto", self.0)
    }
}

impl std::error::Error for Unprintable {}

impl From<syn::Error> for Unprintable {
    fn from(error: syn::Error) -> Self {
        Self(format!("the output is not Rust: {error}"))
    }
}
