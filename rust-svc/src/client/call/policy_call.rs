//! A call that its interceptors have passed.

use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bytes::Bytes;
use tokio::time::Instant;

use crate::{
    Error, Method, Result,
    client::{
        attempt::{AttemptResponse, MessageDecoder, RequestBody},
        policy::{AttemptFailure, BreakerPermit, CallDeadlines, CallSlot, Sample, StreamSampler},
        state::ClientState,
    },
    intercept::ActiveCall,
};

/// The response of a successful call.
pub(in crate::client) enum CallResponse {
    /// The one message, and when its trailers arrived.
    One(Bytes, Instant),
    /// The stream of messages.
    Many(OpenedStream),
}

/// A stream of responses whose headers have arrived.
pub(in crate::client) struct OpenedStream {
    pub(super) messages: Box<MessageDecoder>,
    /// Counts failures among the messages.
    pub(super) sampler: Option<StreamSampler>,
    pub(super) deadline: Option<Instant>,
    /// The place of the call in its bulkhead, until the stream ends.
    pub(super) slot: Option<CallSlot>,
}

/// How far the attempts of a call are.
#[derive(Debug, Default)]
pub(in crate::client) struct CallProgress {
    /// Set when the request of an attempt is on its way.
    pub(super) is_sent: AtomicBool,
    /// Set when an attempt probes a circuit breaker.
    pub(super) is_probe: AtomicBool,
}

/// A call that its interceptors have passed.
pub(in crate::client) struct PolicyCall<'a> {
    pub(in crate::client) client: &'a ClientState,
    pub(in crate::client) method: &'a Method,
    pub(in crate::client) body: &'a RequestBody,
    pub(in crate::client) active: &'a ActiveCall,
    pub(in crate::client) deadlines: CallDeadlines,
    pub(in crate::client) progress: &'a CallProgress,
}

impl PolicyCall<'_> {
    /// Asks the circuit breaker, if there is one.
    pub(super) fn admit(&self, start: Instant) -> Result<Option<BreakerPermit<'_>>> {
        let Some(breaker) = self.client.breaker(self.method) else { return Ok(None) };
        let permit = BreakerPermit::acquire(breaker, start, self.client.latency(self.method));
        permit.map(Some).map_err(|open| open.until(self.active.cx().inherited_deadline()))
    }

    pub(super) fn succeed(
        &self,
        permit: Option<BreakerPermit<'_>>,
        response: AttemptResponse,
        start: Instant,
        end: Instant,
    ) -> CallResponse {
        self.client.budget(self.method).refill();
        if let Some(latency) = self.client.latency(self.method) {
            latency.record(end.saturating_duration_since(start));
        }
        let cx = self.active.cx();
        match response {
            AttemptResponse::One { headers, message, trailers } => {
                record(permit, Sample::Success, end);
                cx.receive_headers(headers);
                cx.receive_trailers(trailers);
                CallResponse::One(message, end)
            }
            AttemptResponse::Many { headers, messages } => {
                let sampler = permit.as_ref().map(BreakerPermit::sampler);
                record(permit, Sample::Success, end);
                cx.receive_headers(headers);
                CallResponse::Many(OpenedStream { messages, sampler, deadline: self.deadlines.call, slot: None })
            }
        }
    }

    pub(super) fn fail(&self, failure: AttemptFailure) -> Error {
        if let Some(headers) = failure.headers {
            self.active.cx().receive_headers(headers);
        }
        self.active.cx().receive_trailers(failure.error.metadata().clone());
        failure.error
    }
}

impl CallProgress {
    pub(super) fn is_sent(&self) -> bool {
        self.is_sent.load(Relaxed)
    }
}

pub(super) fn record(permit: Option<BreakerPermit<'_>>, sample: Sample, end: Instant) {
    if let Some(permit) = permit {
        permit.record(sample, end);
    }
}
