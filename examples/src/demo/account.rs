//! What the demo tells, and how many of its checks held.

use std::fmt::{Debug, Display};

/// Tells the story line by line, and counts checks.
#[derive(Debug, Default)]
pub(super) struct Account {
    chapters: usize,
    passed: usize,
    failed: usize,
}

impl Account {
    /// Begins a new part of the story.
    pub(super) fn chapter(&mut self, title: &str) {
        self.chapters += 1;
        println!("\n{}. {title}", self.chapters);
    }

    /// Tells something.
    pub(super) fn say(&mut self, text: impl Display) {
        println!("          {text}");
    }

    /// Tells what must hold, and whether it does.
    pub(super) fn check(&mut self, what: impl Display, holds: bool) {
        if holds {
            self.passed += 1;
            println!("   ok     {what}");
        } else {
            self.failed += 1;
            println!("   FAILED {what}");
        }
    }

    /// Tells what must hold; shows both sides if they differ.
    pub(super) fn check_eq<A: Debug + PartialEq<B>, B: Debug>(&mut self, what: impl Display, found: A, expected: B) {
        let holds = found == expected;
        self.check(what, holds);
        if !holds {
            self.say(format!("found    {found:?}"));
            self.say(format!("expected {expected:?}"));
        }
    }

    /// The story cannot go on.
    pub(super) fn broke_off(&mut self, why: &dyn Display) {
        self.check(format!("the story broke off: {why}"), false);
    }

    /// The last line.
    pub(super) fn summary(&self) {
        println!("\ndemo: {} checks passed, {} failed", self.passed, self.failed);
    }

    /// True if any check failed.
    pub(super) fn has_failures(&self) -> bool {
        self.failed > 0
    }
}
