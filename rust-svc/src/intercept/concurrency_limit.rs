//! How many calls may be under way.

use std::{sync::Arc, time::Duration};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, TryAcquireError};

use super::{Call, Interceptor, Stage};
use crate::{Context, Error, Result, async_trait};

/// How long a caller is told to wait.
const WAIT: Duration = Duration::from_secs(1);

/// Sheds load: lets a number of calls be under way at once and refuses the others at once, with `UNAVAILABLE` and the
/// wait of `google.rpc.RetryInfo`, instead of serving all of them too late.
///
/// Clones share the places. A stream takes its place until its end.
#[derive(Clone, Debug)]
pub struct ConcurrencyLimit {
    places: Arc<Semaphore>,
    queue: Option<Arc<Semaphore>>,
}

impl ConcurrencyLimit {
    /// So many calls at once.
    pub fn new(calls: usize) -> Self {
        Self { places: semaphore(calls), queue: None }
    }

    /// So many more calls may wait for a place, in the order in which they came, while their deadlines allow.
    pub fn queue(mut self, calls: usize) -> Self {
        self.queue = Some(semaphore(calls));
        self
    }

    async fn place(&self, call: &Call) -> Result<OwnedSemaphorePermit> {
        if let Ok(place) = self.places.clone().try_acquire_owned() {
            return Ok(place);
        }
        let waiting = self.queue.clone().ok_or(TryAcquireError::NoPermits).and_then(Semaphore::try_acquire_owned);
        let _waiting = waiting.map_err(|_| full())?;
        tokio::select! {
            place = self.places.clone().acquire_owned() => place.map_err(|_| full()),
            () = call.cx().cancelled() => Err(late(call.cx())),
        }
    }
}

#[async_trait]
impl Interceptor for ConcurrencyLimit {
    fn stage(&self) -> Stage {
        Stage::Limits
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        let place = self.place(call).await?;
        call.keep(place);
        Ok(())
    }
}

fn semaphore(places: usize) -> Arc<Semaphore> {
    Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS)))
}

/// The error of a call that waited until nobody waits for it any more.
fn late(cx: &Context) -> Error {
    match cx.remaining() {
        Some(Duration::ZERO) => Error::deadline_exceeded("the deadline passed while the call waited for its place"),
        _ => Error::cancelled("the caller went away while the call waited for its place"),
    }
}

fn full() -> Error {
    Error::unavailable("too many calls are under way").with_retry_delay(WAIT)
}
