//! Errors and warnings: all of a run, each with position and help.

use std::{collections::BTreeMap, fmt};

use super::{
    Position,
    lints::{self, Level, Levels},
};

/// The maximum number of printed warnings of one code.
const MAX_SHOWN: usize = 10;

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
        self.found.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Applies levels: drops allowed warnings, and turns denied ones into errors.
    pub fn level(&mut self, levels: &Levels) {
        self.found.retain(|found| found.severity == Severity::Error || levels.of(found.code) != Level::Allow);
        let denied = self.found.iter_mut().filter(|found| levels.of(found.code) == Level::Deny);
        denied.for_each(|found| found.severity = Severity::Error);
    }

    /// Prints the errors, sorted by position.
    pub fn errors(&self) -> String {
        self.sorted(Severity::Error).iter().map(|error| format!("{error}\n")).collect()
    }

    /// Prints notes and warnings, sorted by position. Of many with the same code, only some are printed.
    pub fn warnings(&self) -> String {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut text = self.notes.clone();
        for warning in self.sorted(Severity::Warning) {
            let seen = seen.entry(warning.code).or_default();
            *seen += 1;
            if *seen <= MAX_SHOWN {
                text += &format!("{warning}\n");
            }
        }
        let cut = seen.iter().filter(|(_, seen)| **seen > MAX_SHOWN);
        text + &cut
            .map(|(code, seen)| format!("warning[{code}]: {} more of these\n{}", seen - MAX_SHOWN, silence(code)))
            .collect::<String>()
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
