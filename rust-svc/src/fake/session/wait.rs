//! Bounded waits, so that a test which would hang fails with a reason.

use std::{panic::Location, time::Duration};

use tokio::time;

/// How long a test waits for a call or a gate, in tokio's time.
pub(in crate::fake) const LIMIT: Duration = Duration::from_secs(10);

/// Waits for `work`, but no longer than [`LIMIT`]. On a paused clock this takes no real time.
///
/// # Panics
///
/// If the limit passes: with `awaited`, and with the end of the log.
pub(in crate::fake) async fn within_limit<T>(
    location: &'static Location<'static>,
    work: impl Future<Output = T>,
    awaited: impl FnOnce() -> String,
    log: impl FnOnce() -> String,
) -> T {
    match time::timeout(LIMIT, work).await {
        Ok(done) => done,
        Err(_) => panic!("{location}: waited {LIMIT:?} for {}\n  log       {}", awaited(), log()),
    }
}
