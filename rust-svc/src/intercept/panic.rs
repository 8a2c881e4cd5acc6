//! Panics: of a handler, which ends its call with an error, and of an observer, which affects no call.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};
#[cfg(any(feature = "adapter", feature = "gateway"))]
use std::{
    error::Error as StdError,
    fmt::{self, Display, Formatter},
};

#[cfg(any(feature = "adapter", feature = "gateway"))]
use crate::{Error, Method, Result};

/// The source of errors that are panics.
#[cfg(any(feature = "adapter", feature = "gateway"))]
#[derive(Debug)]
struct Panicked;

/// Logs a panic of a handler, and returns the error for its caller.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) fn panic_error(method: &Method, panic: &(dyn Any + Send)) -> Error {
    tracing::error!(method = method.full_name(), panic = message_of(panic), "a handler panicked");
    Error::internal(Panicked)
}

/// Runs a part of the chain that may panic.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(super) fn catch_panic(method: &Method, work: impl FnOnce()) -> Result<()> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_error(method, &*panic))
}

/// Runs a method of an observer, and logs its panic.
pub(super) fn catch_observer_panic(method: &str, report: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(report)) {
        tracing::error!(method, panic = message_of(&*panic), "an observer panicked");
    }
}

fn message_of(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

/// Returns true if the error is a panic.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(super) fn is_panic(error: &Error) -> bool {
    error.source().is_some_and(|source| source.is::<Panicked>())
}

#[cfg(any(feature = "adapter", feature = "gateway"))]
impl Display for Panicked {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("a handler panicked")
    }
}

#[cfg(any(feature = "adapter", feature = "gateway"))]
impl StdError for Panicked {}
