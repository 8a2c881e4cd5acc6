//! Places in `.proto` files.

use std::fmt;

/// A place in a `.proto` file.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    /// The file, by the name under which it is imported. Empty if unknown.
    pub file: String,
    /// The line, from 1; 0 if unknown.
    pub line: u32,
    /// The column, from 1; 0 if unknown.
    pub column: u32,
}

/// Prints `file:line:column: ` as far as it is known.
impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self { file, .. } if file.is_empty() => Ok(()),
            Self { file, line: 0, .. } => write!(f, "{file}: "),
            Self { file, line, column } => write!(f, "{file}:{line}:{column}: "),
        }
    }
}
