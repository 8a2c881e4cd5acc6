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

    /// Reads problems from text, as `Display` prints them. Lines that begin no problem belong to the one before.
    pub fn all_from_text(text: &str) -> Vec<Self> {
        let mut blocks: Vec<String> = Vec::new();
        for line in text.lines() {
            match blocks.last_mut().filter(|_| split_place(line).is_none()) {
                Some(block) => *block += &format!("\n{line}"),
                None => blocks.push(line.to_owned()),
            }
        }
        blocks.iter().map(|block| Self::from_text(block)).collect()
    }

    /// Reads a problem: `place: error: message`, and a line with help.
    fn from_text(text: &str) -> Self {
        let (text, help) = text.split_once("\n  help: ").unwrap_or((text, ""));
        let (place, message) = split_place(text).unwrap_or(("", text));
        Self::new("", &position(place), message.trim_end().to_owned(), help.trim_end())
    }
}

/// Splits `place: error: message`. The place may be missing.
fn split_place(text: &str) -> Option<(&str, &str)> {
    let with_place = text.split_once(": error: ").filter(|(place, _)| !place.contains('\n') && !place.starts_with(' '));
    with_place.or_else(|| Some(("", text.strip_prefix("error: ")?)))
}

/// Reads `file:line:column`, or `file`.
fn position(place: &str) -> Position {
    let mut parts = place.rsplitn(3, ':');
    let (column, line, file) = (parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|part| part.parse().ok());
    match (file, number(line), number(column)) {
        (Some(file), Some(line), Some(column)) => Position { file: file.to_owned(), line, column },
        _ => Position { file: place.to_owned(), ..Position::default() },
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

#[cfg(test)]
mod tests {
    use super::Problem;

    #[test]
    fn text_is_split_into_problems() {
        let text = "a.toml:2:3: error: one\n  help: fix it\nC:\\b.proto: error: two\n more\nerror: three\n";
        let found = Problem::all_from_text(text);
        let parts = found.iter().map(|problem| {
            (problem.position.file.as_str(), problem.position.line, problem.message.as_str(), problem.help.as_str())
        });
        let expected = [("a.toml", 2, "one", "fix it"), ("C:\\b.proto", 0, "two\n more", ""), ("", 0, "three", "")];
        assert!(parts.eq(expected), "{found:?}");
    }
}
