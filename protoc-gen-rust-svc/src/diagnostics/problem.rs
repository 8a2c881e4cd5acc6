//! Problems whose level the options choose.

use std::fmt;

use super::{Diagnostic, Diagnostics, Position, lints::Level};

/// A broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The code of the rule.
    pub code: &'static str,
    /// The position.
    pub position: Position,
    /// A description of the problem.
    pub message: String,
    /// How to fix it.
    pub help: String,
}

impl Problem {
    /// Describes a broken rule.
    pub fn new(code: &'static str, position: &Position, message: String, help: impl Into<String>) -> Self {
        Self { code, position: position.clone(), message, help: help.into() }
    }
}

impl Problem {
    /// Describes an error that has no code, as those of compilers.
    pub fn uncoded(message: String, help: impl Into<String>) -> Self {
        Self::new("", &Position::default(), message, help)
    }

    /// Reads what `Display` prints, of an error without a line: `place: error: message`, and a line with help.
    pub fn from_text(text: &str) -> Self {
        let (text, help) = text.split_once("\n  help: ").unwrap_or((text, ""));
        let (place, message) = match text.split_once(": error: ") {
            Some((place, message)) if !place.contains('\n') => (place, message),
            _ => ("", text.strip_prefix("error: ").unwrap_or(text)),
        };
        let position = Position { file: place.to_owned(), ..Position::default() };
        Self::new("", &position, message.trim_end().to_owned(), help.trim_end())
    }
}

impl std::error::Error for Problem {}

impl From<&Diagnostic> for Problem {
    fn from(found: &Diagnostic) -> Self {
        Self::new(found.code(), found.position(), found.message().to_owned(), found.help_text())
    }
}

/// Prints the problem as an error.
impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = if self.code.is_empty() { String::new() } else { format!("[{}]", self.code) };
        write!(f, "{}error{code}: {}", self.position, self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(f, "\n  help: {}", self.help) }
    }
}

impl Diagnostics {
    /// Adds a problem as an error or a warning, or ignores it.
    pub fn report(&mut self, problem: Problem, level: Level) {
        let Problem { code, position, message, help } = problem;
        match level {
            Level::Allow => {}
            Level::Warn => self.warning(code, &position, message).help(help),
            Level::Deny => self.error(code, &position, message).help(help),
        }
    }
}
