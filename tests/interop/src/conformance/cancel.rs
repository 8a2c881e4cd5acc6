//! Cancels calls.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rust_svc::{CancelGuard, Context};
use tokio::time::sleep;

use super::contract::client_compat_request::{self, cancel::CancelTiming};

/// Cancels a call at the moment that the suite requests. Both sides of the call have a clone, and the call lives as
/// long as one of them does.
#[derive(Clone)]
pub(super) struct Cancel {
    timing: Option<CancelTiming>,
    lifeline: Arc<Mutex<Option<CancelGuard>>>,
}

impl Cancel {
    /// Creates the context of the call and its cancellation. Without a moment, it is the end of the requests.
    pub(super) fn of(cx: Context, cancel: Option<client_compat_request::Cancel>) -> (Context, Self) {
        let (cx, lifeline) = cx.with_cancel_guard();
        let timing = cancel.map(|cancel| cancel.cancel_timing.unwrap_or(CancelTiming::AfterCloseSendMs(0)));
        (cx, Self { timing, lifeline: Arc::new(Mutex::new(Some(lifeline))) })
    }

    /// True if the requests end by the cancellation.
    pub(super) fn instead_of_end(&self) -> bool {
        matches!(self.timing, Some(CancelTiming::BeforeCloseSend(())))
    }

    /// The requests have ended.
    pub(super) async fn after_end(&self) {
        if let Some(CancelTiming::AfterCloseSendMs(millis)) = self.timing {
            sleep(Duration::from_millis(millis.into())).await;
            self.now();
        }
    }

    /// This many responses came.
    pub(super) fn after_responses(&self, count: usize) {
        let is_last = |last: u32| u32::try_from(count) == Ok(last);
        if matches!(self.timing, Some(CancelTiming::AfterNumResponses(last)) if is_last(last)) {
            self.now();
        }
    }

    pub(super) fn now(&self) {
        self.lifeline.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
