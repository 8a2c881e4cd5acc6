//! A call whose interceptors have not finished.

use futures::future::Either;
use tokio::time::Instant;

use super::{ActiveCall, ObservedCall};
#[cfg(feature = "client")]
use crate::Code;
#[cfg(any(feature = "adapter", feature = "gateway"))]
use crate::Error;
use crate::{Context, Result};

/// A call whose interceptors have not finished. Dropping it reports that its caller abandoned it.
pub(crate) struct PendingCall(Either<Context, ObservedCall>);

impl PendingCall {
    /// Creates a call without interceptors and observers.
    pub(crate) fn unobserved(cx: Context) -> Self {
        Self(Either::Left(cx))
    }

    /// Creates a call with interceptors or observers.
    pub(crate) fn observed(call: ObservedCall) -> Self {
        Self(Either::Right(call))
    }

    /// Reports the beginning of the call and runs its interceptors. Returns the time when they finished, which is `start` if
    /// none had to wait. The error of an interceptor is reported as the end of the call.
    pub(crate) async fn pass(&mut self, start: Instant) -> Result<Instant> {
        let Either::Right(call) = &mut self.0 else { return Ok(start) };
        let passed = call.pass(start).await;
        passed.inspect_err(|error| call.end(Some(error.code())))
    }

    /// Reports that the call failed before its interceptors finished.
    #[cfg(any(feature = "adapter", feature = "gateway"))]
    pub(crate) fn failed(&self, error: &Error) {
        if let Either::Right(call) = &self.0 {
            call.failed(error);
            call.end(Some(error.code()));
        }
    }

    /// Reports that the call ended before its interceptors finished.
    #[cfg(feature = "client")]
    pub(crate) fn end(&self, code: Code) {
        if let Either::Right(call) = &self.0 {
            call.end(Some(code));
        }
    }

    /// Returns the context, as the interceptors left it so far.
    #[cfg(any(feature = "adapter", feature = "client"))]
    pub(crate) fn cx(&self) -> &Context {
        match &self.0 {
            Either::Left(cx) => cx,
            Either::Right(call) => call.cx(),
        }
    }

    /// Converts the call after its interceptors finished.
    pub(crate) fn run(self) -> ActiveCall {
        match self.0 {
            Either::Left(cx) => ActiveCall::unobserved(cx),
            Either::Right(call) => ActiveCall::observed(call),
        }
    }
}
