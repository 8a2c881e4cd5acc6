//! Lints: warnings with names and configurable levels.

use std::collections::BTreeMap;

/// The name of each lint, and its code.
pub const LINTS: &[(&str, &str)] = &[
    ("required-number", "W0501"),
    ("contradictory-behavior", "W0502"),
    ("unknown-function", "W0503"),
    ("endless-requirement", "W0504"),
    ("cleared-in-path", "W0505"),
    ("no-idempotency-key", "W0601"),
    ("no-deadline", "W0602"),
    ("many-methods", "W0603"),
    ("unreserved-removal", "W0604"),
    ("needs-prost", "W0605"),
    ("long-name", "W0606"),
];

/// The level of a lint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// It is ignored.
    Allow,
    /// It is a warning.
    #[default]
    Warn,
    /// It is an error.
    Deny,
}

/// The levels of all lints, by code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels(BTreeMap<&'static str, Level>);

impl Levels {
    /// The level of the lint with a code.
    pub fn of(&self, code: &str) -> Level {
        self.0.get(code).copied().unwrap_or_default()
    }

    /// Sets the level of a lint, by its name or its code, or of `all`. False if there is no such lint.
    #[must_use]
    pub fn set(&mut self, name: &str, level: Level) -> bool {
        let is_meant = |lint: &str, code: &str| name == "all" || name == lint || name.eq_ignore_ascii_case(code);
        let codes: Vec<_> = LINTS.iter().filter(|(lint, code)| is_meant(lint, code)).map(|(_, code)| *code).collect();
        self.0.extend(codes.iter().map(|code| (*code, level)));
        !codes.is_empty()
    }
}

/// The name of the lint with a code.
pub fn name(code: &str) -> Option<&'static str> {
    LINTS.iter().find(|(_, known)| *known == code).map(|(name, _)| *name)
}

/// The code of the lint with a name.
pub fn code(name: &str) -> Option<&'static str> {
    LINTS.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}
