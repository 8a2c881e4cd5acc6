//! Output formats, for people and for programs.

use std::fmt;

use clap::ValueEnum;

use super::output::{Failure, print_error, print_output};
use crate::{
    diagnostics::{Diagnostics, Problem, json},
    read::compile::CompileError,
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

impl Format {
    /// Prints errors and warnings.
    pub(super) fn diagnostics(self, diagnostics: &Diagnostics) -> Result<(), Failure> {
        match self {
            Self::Text => print_error(diagnostics.warnings() + &diagnostics.errors()),
            Self::Json => diagnostics.all().into_iter().try_for_each(|found| print_output(json::diagnostic(found)))?,
        }
        Ok(())
    }

    /// Turns a problem of an options file into a failure.
    pub(super) fn problem(self, problem: &Problem) -> Failure {
        match self {
            Self::Text => problem.to_string().into(),
            Self::Json => print_output(json::problem(problem)).map_or_else(|failure| failure, |()| Reported.into()),
        }
    }

    /// Prints the errors of `.proto` files as JSON. Other failures stay as they are.
    pub(super) fn failure(self, failure: Failure) -> Failure {
        let Some(error) = failure.downcast_ref::<CompileError>().filter(|_| self == Self::Json) else { return failure };
        match error.problems().iter().try_for_each(|problem| print_output(json::problem(problem))) {
            Ok(()) => Reported.into(),
            Err(failure) => failure,
        }
    }
}
