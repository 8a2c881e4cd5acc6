//! The error of a service config.

use std::fmt;

/// A place in a document; line and column count from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TextPosition {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// The result of reading a part of a service config.
pub(super) type Parsed<T> = Result<T, InvalidServiceConfig>;

/// The reason why a service config is invalid, with its position in the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidServiceConfig {
    position: TextPosition,
    message: String,
    help: String,
}

impl InvalidServiceConfig {
    pub(super) fn new(position: TextPosition, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { position, message: message.into(), help: help.into() }
    }

    /// Returns the line, from 1.
    pub fn line(&self) -> usize {
        self.position.line
    }

    /// Returns the column, from 1.
    pub fn column(&self) -> usize {
        self.position.column
    }

    /// Returns what is invalid.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns what to write instead.
    pub fn help(&self) -> &str {
        &self.help
    }
}

impl fmt::Display for InvalidServiceConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { position: TextPosition { line, column }, message, help } = self;
        write!(f, "service config: {line}:{column}: {message}; {help}")
    }
}

impl std::error::Error for InvalidServiceConfig {}

impl From<InvalidServiceConfig> for crate::Error {
    fn from(invalid: InvalidServiceConfig) -> Self {
        Self::invalid_argument(invalid.to_string()).with_source(invalid)
    }
}
