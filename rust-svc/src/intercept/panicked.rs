//! A panic of a handler, as the error that its call ends with.

use std::{
    any::Any,
    error::Error as StdError,
    fmt::{self, Display, Formatter},
};

use crate::{Error, Method};

/// Tells such an error from others.
#[derive(Debug)]
struct Panicked;

/// What a call is answered with when its handler panicked. What the panic said is for the log alone.
pub(crate) fn panicked(method: &Method, panic: &(dyn Any + Send)) -> Error {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text");
    tracing::error!(method = method.full_name(), panic = text, "a handler panicked");
    Error::internal(Panicked)
}

/// True if the error was a panic.
pub(super) fn is_panic(error: &Error) -> bool {
    error.source().is_some_and(|source| source.is::<Panicked>())
}

impl Display for Panicked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a handler panicked")
    }
}

impl StdError for Panicked {}
