//! Comments: before an element, after it, and detached.

use harness::{random, words::COMMENT_LINES};

use super::Print;

/// The percentage of elements with a comment.
const COMMENTED: u32 = 25;

impl Print<'_> {
    /// Prints a comment before an element, or none.
    pub(super) fn comment(&mut self) {
        if self.rng.u32(..100) >= COMMENTED {
            return;
        }
        if self.rng.u32(..5) == 0 {
            self.lines();
            self.line("");
        }
        if self.rng.u32(..5) == 0 { self.block() } else { self.lines() }
    }

    /// A comment after an element on its line, or none.
    pub(super) fn trailing(&mut self) -> String {
        match self.rng.u32(..100) {
            0..5 => format!(" // {}", self.text_of_line()),
            _ => String::new(),
        }
    }

    fn lines(&mut self) {
        let space = if self.rng.u32(..8) == 0 { "" } else { " " };
        for _ in 0..self.rng.usize(1..7) {
            let line = self.text_of_line();
            self.line(&format!("//{space}{line}"));
        }
    }

    fn block(&mut self) {
        let star = if self.rng.bool() { " * " } else { "   " };
        let start = if self.rng.bool() { "/**" } else { "/*" };
        let first = self.text_of_block();
        self.line(&format!("{start} {first}"));
        for _ in 0..self.rng.usize(..5) {
            let line = self.text_of_block();
            self.line(&format!("{star}{line}"));
        }
        self.line(" */");
    }

    fn text_of_line(&mut self) -> &'static str {
        random::one_of(COMMENT_LINES, &mut self.rng)
    }

    /// A line that neither starts nor ends a comment.
    fn text_of_block(&mut self) -> String {
        self.text_of_line().replace("*/", "* /").replace("/*", "/ *")
    }
}
