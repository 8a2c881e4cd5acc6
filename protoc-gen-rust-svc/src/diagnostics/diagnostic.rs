//! Errors and warnings: all of a run, each with position and help.

use std::fmt;

use super::{
    Position,
    limit::KindLimit,
    lints::{self, Level, Levels},
};

/// The maximum number of printed warnings of one code.
const MOST_WARNINGS: usize = 10;

/// The maximum number of printed errors of one code.
const MOST_ERRORS: usize = 100;

/// An error or a warning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    position: Position,
    severity: Severity,
    code: &'static str,
    message: String,
    help: Option<String>,
}

/// The severity of a diagnostic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// It is printed.
    Warning,
}

/// All errors and warnings so far.
#[derive(Debug, Default)]
pub struct Diagnostics {
    found: Vec<Diagnostic>,
    notes: String,
}

impl Diagnostics {
    /// Adds an error. `code` is one of [`codes`](super::codes), such as `E0201`.
    pub fn error(&mut self, code: &'static str, position: &Position, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Error, code, position, message.into())
    }

    /// Adds a warning.
    pub fn warning(&mut self, code: &'static str, position: &Position, message: impl Into<String>) -> &mut Diagnostic {
        self.add(Severity::Warning, code, position, message.into())
    }

    /// Whether there is an error.
    pub fn has_errors(&self) -> bool {
        self.error_count() > 0
    }

    /// The number of errors.
    pub fn error_count(&self) -> usize {
        self.found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
    }

    /// Applies levels: drops allowed warnings, and turns denied ones into errors.
    pub fn level(&mut self, levels: &Levels) {
        self.found.retain(|found| found.severity == Severity::Error || levels.of(found.code) != Level::Allow);
        let denied = self.found.iter_mut().filter(|found| levels.of(found.code) == Level::Deny);
        denied.for_each(|found| found.severity = Severity::Error);
    }

    /// Prints the errors, sorted by position. Of very many with the same code, only some are printed.
    pub fn errors(&self) -> String {
        let (mut limit, mut text) = (KindLimit::new(MOST_ERRORS), String::new());
        self.print(Severity::Error, &mut limit, &mut text);
        for (code, more) in limit.rest() {
            text += &format!("error[{code}]: {more} more of these\n  help: correct the errors above first\n");
        }
        text
    }

    /// Prints notes and warnings, sorted by position. Of many with the same code, only some are printed.
    pub fn warnings(&self) -> String {
        let (mut limit, mut text) = (KindLimit::new(MOST_WARNINGS), self.notes.clone());
        self.print(Severity::Warning, &mut limit, &mut text);
        for (code, more) in limit.rest() {
            text += &format!("warning[{code}]: {more} more of these\n{}", silence(code));
        }
        text
    }

    fn print(&self, severity: Severity, limit: &mut KindLimit, text: &mut String) {
        let admitted = self.sorted(severity).into_iter().filter(|found| limit.admits(found.code));
        admitted.for_each(|found| *text += &format!("{found}\n"));
    }

    /// All errors and warnings, sorted by position.
    pub fn all(&self) -> Vec<&Diagnostic> {
        [Severity::Error, Severity::Warning].into_iter().flat_map(|severity| self.sorted(severity)).collect()
    }

    /// Adds a note, which is printed before the warnings.
    pub fn note(&mut self, text: &str) {
        self.notes += text;
    }

    /// Adds a diagnostic. A message is one line, also where it quotes text of the input that has several.
    fn add(&mut self, severity: Severity, code: &'static str, position: &Position, message: String) -> &mut Diagnostic {
        let message = message.replace(char::is_control, "?");
        self.found.push(Diagnostic { position: position.clone(), severity, code, message, help: None });
        let last = self.found.len() - 1;
        &mut self.found[last]
    }

    fn sorted(&self, severity: Severity) -> Vec<&Diagnostic> {
        let mut chosen: Vec<_> = self.found.iter().filter(|diagnostic| diagnostic.severity == severity).collect();
        chosen.sort_by(|one, other| {
            (&one.position, one.code, &one.message).cmp(&(&other.position, other.code, &other.message))
        });
        chosen.dedup();
        chosen
    }
}

/// Suggests how to silence a lint.
fn silence(code: &str) -> String {
    lints::name(code).map(|lint| format!("  help: opt: allow={lint} silences this lint\n")).unwrap_or_default()
}

impl Diagnostic {
    /// The position.
    pub fn position(&self) -> &Position {
        &self.position
    }

    /// The severity.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The code, such as `E0201`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The description.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The fix; empty if there is none.
    pub fn help_text(&self) -> &str {
        self.help.as_deref().unwrap_or_default()
    }

    /// Adds a fix.
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
        write!(f, "{}{severity}[{}]: {}", self.position, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
