//! Lints: diagnostics with names and configurable levels.

use std::collections::BTreeMap;

/// The name of each lint, and its code. Those of errors are rules of HTTP routes.
pub const LINTS: &[(&str, &str)] = &[
    ("invalid-path-template", "E0201"),
    ("invalid-path-variable", "E0202"),
    ("invalid-body", "E0203"),
    ("invalid-http-rule", "E0204"),
    ("conflicting-routes", "E0205"),
    ("stream-without-body", "E0206"),
    ("single-value-body", "E0207"),
    ("required-number", "W0501"),
    ("contradictory-behavior", "W0502"),
    ("unsupported-rule", "W0503"),
    ("endless-requirement", "W0504"),
    ("cleared-in-path", "W0505"),
    ("no-idempotency-key", "W0601"),
    ("no-deadline", "W0602"),
    ("many-methods", "W0603"),
    ("unreserved-removal", "W0604"),
    ("needs-prost", "W0605"),
    ("long-name", "W0606"),
    ("shared-route", "W0607"),
    ("retry-without-attempt-timeout", "W0608"),
    ("unused-service-config", "W0609"),
    ("empty-contract", "W0610"),
];

/// The lint that is off by default, since services with one route may never share a server.
const SHARED_ROUTE: &str = "W0607";

/// The level of a lint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// It is ignored.
    Allow,
    /// It is a warning.
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
        self.0.get(code).copied().unwrap_or_else(|| default_level(code))
    }

    /// Sets the level of a lint, by its name or its code, or of `all` warnings. Returns false if it is unknown.
    #[must_use]
    pub fn set(&mut self, name: &str, level: Level) -> bool {
        let is_all = |code: &str| name == "all" && is_warning(code);
        let is_meant = |lint: &str, code: &str| is_all(code) || name == lint || name.eq_ignore_ascii_case(code);
        let codes: Vec<_> = LINTS.iter().filter(|(lint, code)| is_meant(lint, code)).map(|(_, code)| *code).collect();
        self.0.extend(codes.iter().map(|code| (*code, level)));
        !codes.is_empty()
    }
}

fn default_level(code: &str) -> Level {
    match code {
        SHARED_ROUTE => Level::Allow,
        code if is_warning(code) => Level::Warn,
        _ => Level::Deny,
    }
}

/// Whether a code is a warning by default.
pub fn is_warning(code: &str) -> bool {
    code.starts_with('W')
}

/// The name of the lint with a code.
pub fn name(code: &str) -> Option<&'static str> {
    LINTS.iter().find(|(_, known)| *known == code).map(|(name, _)| *name)
}

/// The code of the lint with a name.
pub fn code(name: &str) -> Option<&'static str> {
    LINTS.iter().find(|(known, _)| *known == name).map(|(_, code)| *code)
}

/// Describes how to change the level of a code. Returns `None` if it is always an error.
pub fn advice(code: &str) -> Option<String> {
    let name = name(code)?;
    Some(match code {
        _ if is_warning(code) => {
            format!("This is the lint `{name}`: `allow={name}` silences it, `deny={name}` makes it an error.")
        }
        "E0205" => format!("This is the lint `{name}`."),
        _ => {
            format!("This is the lint `{name}`: with `warn={name}` or `allow={name}`, the method has no route instead.")
        }
    })
}
