//! The output of the demo and its checks.

use std::fmt::{Debug, Display};

/// Prints the scenario line by line, and counts checks.
#[derive(Debug, Default)]
pub(super) struct Checklist {
    sections: usize,
    passed: usize,
    failed: usize,
}

impl Checklist {
    /// Begins a section.
    pub(super) fn section(&mut self, title: &str) {
        self.sections += 1;
        println!("\n{}. {title}", self.sections);
    }

    /// Prints a line.
    pub(super) fn note(&mut self, text: impl Display) {
        println!("          {text}");
    }

    /// Prints a check and its result.
    pub(super) fn check(&mut self, what: impl Display, holds: bool) {
        if holds {
            self.passed += 1;
            println!("   ok     {what}");
        } else {
            self.failed += 1;
            println!("   FAILED {what}");
        }
    }

    /// Prints a check for equality, with both values if they differ.
    pub(super) fn check_eq<A: Debug + PartialEq<B>, B: Debug>(&mut self, what: impl Display, found: A, expected: B) {
        let holds = found == expected;
        self.check(what, holds);
        if !holds {
            self.note(format!("found    {found:?}"));
            self.note(format!("expected {expected:?}"));
        }
    }

    /// Records that the scenario was aborted.
    pub(super) fn aborted(&mut self, why: &dyn Display) {
        self.check(format!("the scenario was aborted: {why}"), false);
    }

    /// Prints the summary.
    pub(super) fn summary(&self) {
        println!("\ndemo: {} checks passed, {} failed", self.passed, self.failed);
    }

    /// Whether any check failed.
    pub(super) fn has_failures(&self) -> bool {
        self.failed > 0
    }
}
