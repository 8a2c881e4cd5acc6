//! A panic of a handler, as the error that its call ends with; and one of an observer, which ends nothing.

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

/// Tells such an error from others.
#[cfg(any(feature = "adapter", feature = "gateway"))]
#[derive(Debug)]
struct Panicked;

/// What a call is answered with when its handler panicked. What the panic said is for the log alone.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(crate) fn panicked(method: &Method, panic: &(dyn Any + Send)) -> Error {
    tracing::error!(method = method.full_name(), panic = said(panic), "a handler panicked");
    Error::internal(Panicked)
}

/// Does what may panic around a call.
#[cfg(any(feature = "adapter", feature = "gateway"))]
pub(super) fn caught(method: &Method, work: impl FnOnce()) -> Result<()> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panicked(method, &*panic))
}

/// Tells an observer something of a method. If it panics, all else goes on.
pub(super) fn told(method: &str, tell: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(tell)) {
        tracing::error!(method, panic = said(&*panic), "an observer panicked");
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no text")
}

/// True if the error was a panic.
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
