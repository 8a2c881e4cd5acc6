//! Errors of `.proto` files.

use std::fmt;

use crate::diagnostics::{KindLimit, Problem};

/// The message for files of an edition.
pub(crate) const NO_EDITIONS: &str = "the built-in reader does not support editions";

/// The fix for files of an edition.
const EDITIONS_HELP: &str = "install protoc, or name it in the variable PROTOC; or use the plugin with buf, or a descriptor set with \
                             --descriptor-set (Build::descriptor_set in a build script), which `buf build --output FILE` writes";

/// All errors of some `.proto` files.
#[derive(Debug)]
pub struct CompileError {
    problems: Vec<Problem>,
}

impl CompileError {
    /// Collects errors, sorted by position, each once.
    pub(crate) fn new(mut problems: Vec<Problem>) -> Self {
        problems.sort_by(|one, other| (&one.position, &one.message).cmp(&(&other.position, &other.message)));
        problems.dedup();
        Self { problems: problems.into_iter().map(with_editions).collect() }
    }

    /// Adds errors of something else, such as options.
    pub(crate) fn with(self, others: Vec<Problem>) -> Self {
        Self::new([others, self.problems].concat())
    }

    /// An error without a position in a file.
    pub(in super::super) fn of(message: String, help: &str) -> Self {
        Self { problems: vec![Problem::uncoded(message, help)] }
    }

    /// The errors.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The position of a file of an edition, which the built-in reader does not support.
    pub(crate) fn edition(&self) -> Option<&Problem> {
        self.problems.iter().find(|problem| problem.message == NO_EDITIONS)
    }
}

/// The parser does not know the statement `edition = "2023";`.
fn with_editions(problem: Problem) -> Problem {
    match problem.message.contains("`import`") && problem.message.ends_with("but found `edition`") {
        true => Problem { message: NO_EDITIONS.to_owned(), help: EDITIONS_HELP.to_owned(), ..problem },
        false => problem,
    }
}

/// The maximum number of printed errors of one kind.
const MOST: usize = 100;

/// Prints the errors. Of very many of one kind, only some are printed.
impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut limit = KindLimit::new(MOST);
        let admitted = self.problems.iter().filter(|problem| limit.admits(&kind(&problem.message)));
        let mut lines: Vec<_> = admitted.map(ToString::to_string).collect();
        let more = limit.rest().map(|(kind, more)| {
            format!("error: {more} more errors as `{}`\n  help: correct the errors above first", kind.trim())
        });
        lines.extend(more);
        f.write_str(&lines.join("\n"))
    }
}

/// A message without the names in it.
fn kind(message: &str) -> String {
    message.split('`').step_by(2).collect::<Vec<_>>().join("...")
}

impl std::error::Error for CompileError {}
