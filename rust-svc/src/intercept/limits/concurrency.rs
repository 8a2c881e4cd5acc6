//! Limits of concurrent calls.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use crate::{
    Context, Error, Result, async_trait,
    intercept::{Call, Interceptor, Stage},
};

/// The retry delay for refused callers.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// Sheds load: serves a number of calls at once, and refuses others with `UNAVAILABLE` and a `google.rpc.RetryInfo`, instead
/// of serving all of them late.
///
/// Clones share the limit. A stream counts until its end.
#[derive(Clone, Debug)]
pub struct ConcurrencyLimit {
    permits: Arc<Semaphore>,
    queue: Option<Arc<Semaphore>>,
}

impl ConcurrencyLimit {
    /// Limits the calls in progress to `calls`.
    pub fn new(calls: usize) -> Self {
        Self { permits: semaphore(calls), queue: None }
    }

    /// Lets `calls` more calls wait for their turn, in order of arrival, until their deadlines.
    pub fn queue(mut self, calls: usize) -> Self {
        self.queue = Some(semaphore(calls));
        self
    }

    async fn acquire(&self, call: &Call) -> Result<OwnedSemaphorePermit> {
        if let Ok(permit) = self.permits.clone().try_acquire_owned() {
            return Ok(permit);
        }
        let waiting = self.queue.clone().ok_or(TryAcquireError::NoPermits).and_then(Semaphore::try_acquire_owned);
        let _waiting = waiting.map_err(|_| overloaded())?;
        tokio::select! {
            permit = self.permits.clone().acquire_owned() => permit.map_err(|_| overloaded()),
            () = call.cx().cancelled() => Err(abandoned(call.cx())),
        }
    }
}

#[async_trait]
impl Interceptor for ConcurrencyLimit {
    fn stage(&self) -> Stage {
        Stage::Limits
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let permit = self.acquire(call).await?;
        call.keep(permit);
        Ok(())
    }
}

fn semaphore(permits: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS)))
}

/// Returns the error of a call that was abandoned while it was queued.
fn abandoned(cx: &Context) -> Error {
    match cx.remaining() {
        Some(Duration::ZERO) => Error::deadline_exceeded("the deadline passed while the call was queued"),
        _ => Error::cancelled("the caller went away while the call was queued"),
    }
}

fn overloaded() -> Error {
    Error::unavailable("too many calls are in progress").with_retry_delay(RETRY_DELAY)
}
