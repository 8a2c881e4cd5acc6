//! What is wrong with the user's input: all of it at once, each with its place and what to do.

use std::fmt;

use crate::read::Position;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    position: Position,
    severity: Severity,
    code: &'static str,
    message: String,
    help: Option<String>,
}

/// Whether generation goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// The user is told.
    Warning,
}

/// All that is wrong, so far.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    notes: String,
}

impl Diagnostics {
    /// Notes an error. `code` is one of the codes that `explain` knows, such as `E0201`.
    pub fn error(&mut self, code: &'static str, position: &Position, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Error, code, position, message.into())
    }

    /// Notes a warning.
    pub fn warning(&mut self, code: &'static str, position: &Position, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Warning, code, position, message.into())
    }

    /// True if there is an error.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// The errors, one below the other, sorted by place. Empty if there is none.
    pub fn errors(&self) -> String {
        self.text(Severity::Error)
    }

    /// What the user asked to be told, and the warnings, one below the other, sorted by place. Empty if there is none.
    pub fn warnings(&self) -> String {
        self.notes.clone() + &self.text(Severity::Warning)
    }

    /// Adds what the user asked to be told.
    pub fn note(&mut self, text: &str) {
        self.notes += text;
    }

    fn add(&mut self, severity: Severity, code: &'static str, position: &Position, message: String) -> &mut Diagnostic {
        self.found.push(Diagnostic { position: position.clone(), severity, code, message, help: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn text(&self, severity: Severity) -> String {
        let mut chosen: Vec<_> = self.found.iter().filter(|diagnostic| diagnostic.severity == severity).collect();
        chosen.sort_by(|one, other| {
            (&one.position, one.code, &one.message).cmp(&(&other.position, other.code, &other.message))
        });
        chosen.dedup();
        chosen.iter().map(|diagnostic| format!("{diagnostic}\n")).collect()
    }
}

impl Diagnostic {
    /// Says what would work.
    pub fn help(&mut self, help: impl Into<String>) {
        self.help = Some(help.into());
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{}{severity}[{}]: {}", Place(&self.position), self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

/// `file:line:column: `, as far as it is known.
struct Place<'a>(&'a Position);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Position { file, .. } if file.is_empty() => Ok(()),
            Position { file, line: 0, .. } => write!(f, "{file}: "),
            Position { file, line, column } => write!(f, "{file}:{line}:{column}: "),
        }
    }
}
