//! Running a handler within its deadline, and turning its panics into errors.

use std::{panic::AssertUnwindSafe, pin::Pin};

use futures::FutureExt;
use tokio::time::Instant;

use crate::{
    Error, Method, Result,
    call::{run_until::run_until_cancelled, shutdown::ShutdownSignal},
    intercept::panic_error,
};

/// Runs work that begins at `start` until its deadline, or until the server ends, with the error of `stopped`.
pub(super) async fn with_deadline<T>(
    shutdown: &ShutdownSignal,
    deadline: Option<Instant>,
    start: Instant,
    stopped: fn() -> Error,
    work: Pin<&mut impl Future<Output = Result<T>>>,
) -> Result<T> {
    if deadline.is_some_and(|deadline| deadline <= start) {
        return Err(deadline_exceeded());
    }
    let cancelled = || shutdown.recv_until(deadline);
    run_until_cancelled(cancelled, work).await.unwrap_or_else(|| Err(expiry_error(deadline, stopped)))
}

/// Returns the error of a panic in place of the panic.
pub(super) fn catch_panic<T>(
    method: &Method,
    work: impl Future<Output = Result<T>>,
) -> impl Future<Output = Result<T>> {
    let caught = AssertUnwindSafe(work).catch_unwind();
    caught.map(move |result| result.unwrap_or_else(|panic| Err(panic_error(method, &*panic))))
}

/// Returns the error of a call whose deadline has passed.
pub(super) fn deadline_exceeded() -> Error {
    Error::deadline_exceeded("the deadline passed before the call was done")
}

fn expiry_error(deadline: Option<Instant>, stopped: fn() -> Error) -> Error {
    match deadline.is_some_and(|deadline| deadline <= Instant::now()) {
        true => deadline_exceeded(),
        false => stopped(),
    }
}
