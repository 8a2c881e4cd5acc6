//! What is wrong with the user's input: all of it at once, each with its place and what to do.

use std::{collections::BTreeMap, fmt};

use super::{
    Position,
    lints::{self, Level, Levels},
};

/// How many warnings of one code are shown.
const SHOWN: usize = 10;

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

    /// Forgets the warnings that the user allows, and makes errors of those that are denied.
    pub fn level(&mut self, levels: &Levels) {
        self.found.retain(|found| found.severity == Severity::Error || levels.of(found.code) != Level::Allow);
        let denied = self.found.iter_mut().filter(|found| levels.of(found.code) == Level::Deny);
        denied.for_each(|found| found.severity = Severity::Error);
    }

    /// The errors, one below the other, sorted by place. Empty if there is none.
    pub fn errors(&self) -> String {
        self.sorted(Severity::Error).iter().map(|error| format!("{error}\n")).collect()
    }

    /// What the user asked to be told, and the warnings, one below the other, sorted by place. Empty if there is none.
    /// Of many with the same code some are shown, and the rest is counted.
    pub fn warnings(&self) -> String {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let mut text = self.notes.clone();
        for warning in self.sorted(Severity::Warning) {
            let seen = seen.entry(warning.code).or_default();
            *seen += 1;
            if *seen <= SHOWN {
                text += &format!("{warning}\n");
            }
        }
        let cut = seen.iter().filter(|(_, seen)| **seen > SHOWN);
        text + &cut
            .map(|(code, seen)| format!("warning[{code}]: {} more of these\n{}", seen - SHOWN, silence(code)))
            .collect::<String>()
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

    fn sorted(&self, severity: Severity) -> Vec<&Diagnostic> {
        let mut chosen: Vec<_> = self.found.iter().filter(|diagnostic| diagnostic.severity == severity).collect();
        chosen.sort_by(|one, other| {
            (&one.position, one.code, &one.message).cmp(&(&other.position, other.code, &other.message))
        });
        chosen.dedup();
        chosen
    }
}

/// How not to be told again.
fn silence(code: &str) -> String {
    lints::name(code).map(|lint| format!("  help: opt: allow={lint} silences them\n")).unwrap_or_default()
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
        write!(f, "{}{severity}[{}]: {}", self.position, self.code, self.message)?;
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}
