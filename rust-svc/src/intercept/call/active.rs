//! A call that passed its interceptors.

#![cfg_attr(
    not(all(feature = "adapter", feature = "client", feature = "gateway")),
    allow(dead_code, reason = "adapter, client and gateway each use a part")
)]

use futures::future::Either;
#[cfg(feature = "client")]
use tokio::time::Instant;
use tracing::Span;

#[cfg(feature = "client")]
use super::Outcome;
use super::{ObservedCall, observed::SharedCall};
#[cfg(any(feature = "adapter", feature = "gateway"))]
use crate::Error;
use crate::{Code, Context};

/// A call that passed its interceptors. Dropping it before its end is reported means that its caller abandoned it.
#[derive(Debug)]
pub(crate) struct ActiveCall(Either<Context, ObservedCall>);

impl ActiveCall {
    /// Creates a call without interceptors and observers.
    pub(crate) fn unobserved(cx: Context) -> Self {
        Self(Either::Left(cx))
    }

    /// Creates a call with interceptors or observers.
    pub(super) fn observed(call: ObservedCall) -> Self {
        Self(Either::Right(call))
    }

    /// Returns the context, as the interceptors left it.
    pub(crate) fn cx(&self) -> &Context {
        match &self.0 {
            Either::Left(cx) => cx,
            Either::Right(call) => call.cx(),
        }
    }

    /// Returns the span of the call.
    pub(crate) fn span(&self) -> Span {
        self.as_observed().map_or_else(Span::none, |observed| observed.shared().call.span().clone())
    }

    /// Returns a counter for the messages of the call.
    pub(crate) fn counter(&self) -> Counter {
        Counter(self.as_observed().map(|observed| observed.shared().clone()))
    }

    /// Sets the HTTP status of the response, if it is not that of the code.
    pub(crate) fn answered(&self, status: u16) {
        if let Some(observed) = self.as_observed() {
            observed.shared().counts.answered(status);
        }
    }

    /// Counts messages that this side sent.
    pub(crate) fn sent(&self, messages: u64) {
        if let Some(observed) = self.as_observed() {
            observed.shared().counts.sent(messages);
        }
    }

    /// Counts a message that this side received.
    pub(crate) fn received(&self) {
        if let Some(observed) = self.as_observed() {
            observed.shared().counts.received();
        }
    }

    /// Reports the outcome of an attempt.
    #[cfg(feature = "client")]
    pub(crate) fn attempted(&self, outcome: &Outcome) {
        if let Some(observed) = self.as_observed() {
            observed.attempted(outcome);
        }
    }

    /// Reports a panic, if the error is one.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn failed(&self, error: &Error) {
        if let Some(observed) = self.as_observed() {
            observed.failed(error);
        }
    }

    /// Reports the end of the call, with the code of its error. Later reports have no effect.
    pub(crate) fn end(&self, code: Option<Code>) {
        if let Some(observed) = self.as_observed() {
            observed.end(code);
        }
    }

    /// Reports the end of the call at a known time, which saves reading the clock.
    #[cfg(feature = "client")]
    pub(crate) fn ended(&self, code: Option<Code>, end: Instant) {
        if let Some(observed) = self.as_observed() {
            observed.ended(code, || end);
        }
    }

    fn as_observed(&self) -> Option<&ObservedCall> {
        match &self.0 {
            Either::Left(_) => None,
            Either::Right(observed) => Some(observed),
        }
    }
}

/// Counts the messages of a call. It does not keep the call in progress.
#[derive(Debug, Default)]
pub(crate) struct Counter(Option<triomphe::Arc<SharedCall>>);

impl Counter {
    /// Counts messages that this side sent.
    pub(crate) fn sent(&self, messages: u64) {
        if let Some(shared) = &self.0 {
            shared.counts.sent(messages);
        }
    }

    /// Counts a message that this side received.
    pub(crate) fn received(&self) {
        if let Some(shared) = &self.0 {
            shared.counts.received();
        }
    }
}
