//! The result of a check of `doctor`.

use crate::diagnostics::json::JsonObject;

/// The state of something that `doctor` checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Good,
    /// Not needed, or not for everything.
    Optional,
    Bad,
}

/// The result of a check.
#[derive(Debug)]
pub(super) struct CheckResult {
    pub(super) name: &'static str,
    pub(super) state: State,
    pub(super) found: String,
    /// The advice, or nothing.
    pub(super) fix: String,
}

impl CheckResult {
    /// Describes something in order.
    pub(super) fn good(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Good, found: found.into(), fix: String::new() }
    }

    /// Describes a problem, and what to do.
    pub(super) fn bad(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Bad, found: found.into(), fix: fix.into() }
    }

    /// Describes something that only some need.
    pub(super) fn optional(name: &'static str, found: impl Into<String>, fix: impl Into<String>) -> Self {
        Self { name, state: State::Optional, found: found.into(), fix: fix.into() }
    }

    /// Prints a line, and one with what to do.
    pub(super) fn text(&self) -> String {
        let help = if self.fix.is_empty() { String::new() } else { format!("  help: {}\n", self.fix) };
        format!("{:8} {}: {}\n{help}", self.state.name(), self.name, self.found)
    }

    /// Prints a JSON object.
    pub(super) fn json(&self) -> String {
        let object = JsonObject::new("check").text("name", self.name).text("state", self.state.name());
        object.text("found", &self.found).text("help", &self.fix).line()
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::Good => "ok",
            Self::Optional => "optional",
            Self::Bad => "error",
        }
    }
}
