//! Output formats, for people and for programs.

use std::fmt;

use clap::ValueEnum;

use super::output::{Failure, print_error, print_output};
use crate::{
    diagnostics::{Diagnostics, Problem, json},
    read::compile::{CompileError, GitError},
};

/// The format of diagnostics and reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Text on standard error and standard output
    #[default]
    Text,
    /// One JSON object per line on standard output
    Json,
}

/// A failure whose errors were printed.
#[derive(Debug)]
pub(super) struct Reported;

impl fmt::Display for Reported {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Reported {}

/// A failure by errors that were not printed yet.
#[derive(Debug)]
pub(super) struct Refused(pub(super) Diagnostics);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.0.warnings() + &self.0.errors()))
    }
}

impl std::error::Error for Refused {}

impl Format {
    /// Prints errors and warnings.
    pub(super) fn diagnostics(self, diagnostics: &Diagnostics) -> Result<(), Failure> {
        match self {
            Self::Text => print_error(diagnostics.warnings() + &diagnostics.errors()),
            Self::Json => diagnostics.all().into_iter().try_for_each(|found| print_output(json::diagnostic(found)))?,
        }
        Ok(())
    }

    /// Prints a failure as JSON, unless it was printed. As text, it is printed where the program ends.
    pub(super) fn failure(self, failure: Failure) -> Failure {
        if self == Self::Text || failure.is::<Reported>() {
            return failure;
        }
        let printed = match failure.downcast_ref::<Refused>() {
            Some(Refused(diagnostics)) => self.diagnostics(diagnostics),
            None => problems(&failure).iter().try_for_each(|problem| print_output(json::problem(problem))),
        };
        printed.map_or_else(|failure| failure, |()| Reported.into())
    }
}

/// The errors of a failure.
fn problems(failure: &Failure) -> Vec<Problem> {
    if let Some(error) = failure.downcast_ref::<CompileError>() {
        return error.problems().to_vec();
    }
    let git = failure.downcast_ref::<GitError>().map(GitError::problem);
    match failure.downcast_ref::<Problem>().or(git) {
        Some(problem) => vec![problem.clone()],
        None => Problem::all_from_text(&failure.to_string()),
    }
}
