//! `protoc-gen-rust-svc explain`: prints the explanation of a code.

use clap::Args;

use super::super::output::{Failure, print_output};
use crate::diagnostics::{
    codes::{CODES, Code, find},
    lints,
};

/// The code to explain.
#[derive(Args, Debug)]
pub(in super::super) struct ExplainArgs {
    /// A code or lint, such as E0202 or no-deadline; without one, all codes are listed
    code: Option<String>,
}

impl ExplainArgs {
    pub(in super::super) fn run(self) -> Result<(), Failure> {
        match &self.code {
            None => CODES.iter().try_for_each(|code| print_output(format_args!("{}  {}\n", code.name, code.title))),
            Some(name) => {
                let lint = lints::code(name).unwrap_or(name);
                let code = find(lint).ok_or_else(|| {
                    format!("error: unknown code `{name}`\n  help: `explain` without an argument lists all codes")
                })?;
                print_output(format_args!("{}: {}\n\n{}\n{}", code.name, code.title, code.explanation, level(code)))
            }
        }
    }
}

/// How to change the level of a code.
fn level(code: &Code) -> String {
    lints::advice(code.name).map(|advice| format!("\n{advice}\n")).unwrap_or_default()
}
