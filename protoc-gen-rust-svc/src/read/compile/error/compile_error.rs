//! Errors of `.proto` files.

use std::fmt;

use crate::diagnostics::Problem;

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
    pub(in super::super) fn new(mut problems: Vec<Problem>) -> Self {
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

impl fmt::Display for CompileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<_> = self.problems.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for CompileError {}
