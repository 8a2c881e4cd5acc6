//! `protoc-gen-rust-svc explain`: what a code means, at length.

use clap::Args;

use super::output::{Failure, say};
use crate::diagnostics::{
    codes::{CODES, find},
    lints,
};

/// What to explain.
#[derive(Args, Debug)]
pub(super) struct Explain {
    /// A code or the name of a lint, such as E0202 or no-deadline; all of them in a line each if none is given
    code: Option<String>,
}

impl Explain {
    pub(super) fn run(self) -> Result<(), Failure> {
        match &self.code {
            None => CODES.iter().try_for_each(|code| say(format_args!("{}  {}\n", code.name, code.title))),
            Some(name) => {
                let lint = lints::code(name).unwrap_or(name);
                let code = find(lint).ok_or_else(|| format!("error: there is no code {name:?}; explain lists them"))?;
                say(format_args!("{}: {}\n\n{}\n", code.name, code.title, code.explanation))
            }
        }
    }
}
