//! Output to a terminal or a pipe, which may close early, as `head` does.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
};

pub(super) use crate::project::Failure;

/// Prints to standard output.
pub(super) fn print_output(text: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints to standard error. A closed stream does not stop the command.
pub(super) fn print_error(text: impl fmt::Display) {
    let _ = write!(io::stderr(), "{text}");
}
