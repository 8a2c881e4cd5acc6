//! What is said to people, who may have read enough before the end, as `head` has.

use std::{
    fmt,
    io::{self, ErrorKind, Write},
};

/// The text of an error, as it is printed.
pub(super) type Failure = Box<dyn std::error::Error>;

/// Prints to standard output.
pub(super) fn say(text: impl fmt::Display) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match write!(out, "{text}").and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Prints to standard error. What else is to be done is done all the same if nobody takes it.
pub(super) fn complain(text: impl fmt::Display) {
    let _ = write!(io::stderr(), "{text}");
}
