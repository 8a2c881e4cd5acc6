//! Limits how many calls of a method are in flight.

use std::{
    error::Error as StdError,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{Bulkhead, Error, Method, types::rpc};

/// The calls of a method that are in flight, and those that wait in order.
#[derive(Debug)]
pub(crate) struct CallLimit {
    method: &'static str,
    limits: Bulkhead,
    slots: Arc<Semaphore>,
    queued: AtomicU32,
}

/// The right of a call to be in flight, until it is dropped.
#[derive(Debug)]
pub(crate) struct CallSlot(#[expect(dead_code, reason = "dropping it admits the next call")] OwnedSemaphorePermit);

/// The source of the error of a call that a bulkhead rejected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkheadFull {
    /// The full name of the method.
    pub method: &'static str,
}

impl CallLimit {
    pub(crate) fn new(method: &Method, limits: Bulkhead) -> Self {
        let slots = Arc::new(Semaphore::new(limits.max_in_flight.max(1) as usize));
        Self { method: method.full_name(), limits, slots, queued: AtomicU32::new(0) }
    }

    /// Admits a call when fewer than the limit are in flight. Fails at once if too many wait.
    pub(crate) async fn enter(&self) -> Result<CallSlot, BulkheadFull> {
        if let Ok(slot) = self.slots.clone().try_acquire_owned() {
            return Ok(CallSlot(slot));
        }
        let full = BulkheadFull { method: self.method };
        let _queued = QueuedCall::enter(&self.queued, self.limits.max_queued).ok_or(full)?;
        self.slots.clone().acquire_owned().await.map(CallSlot).map_err(|_| full)
    }
}

/// A call that waits. Dropping it gives its place back.
struct QueuedCall<'a>(&'a AtomicU32);

impl<'a> QueuedCall<'a> {
    fn enter(queued: &'a AtomicU32, limit: u32) -> Option<Self> {
        let add = |queued: u32| (queued < limit).then_some(queued + 1);
        queued.fetch_update(Relaxed, Relaxed, add).ok().map(|_| Self(queued))
    }
}

impl Drop for QueuedCall<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

/// `UNAVAILABLE` with `google.rpc.ErrorInfo`.
impl From<BulkheadFull> for Error {
    fn from(full: BulkheadFull) -> Self {
        let info = rpc::ErrorInfo {
            reason: "BULKHEAD_FULL".to_owned(),
            domain: "rust-svc".to_owned(),
            metadata: [("method".to_owned(), full.method.to_owned())].into(),
        };
        Self::unavailable(full.to_string()).with_detail(info).with_source(full)
    }
}

impl fmt::Display for BulkheadFull {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "too many calls in flight: {}", self.method)
    }
}

impl StdError for BulkheadFull {}
