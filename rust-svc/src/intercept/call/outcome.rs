//! The outcome of a call or an attempt.

use std::{
    borrow::Cow,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use tracing::Span;

use super::Side;
use crate::{Code, observe::names};

/// The outcome of a call or an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// The code of a failed call. A call that its caller abandoned is [`Code::Cancelled`], or on a server
    /// [`Code::DeadlineExceeded`] if its deadline had passed.
    pub code: Option<Code>,
    /// The duration of a call, from its head to its last byte; of an attempt, to the beginning of a streaming response.
    pub elapsed: Duration,
    /// The number of messages that this side sent.
    pub sent: u64,
    /// The number of complete, well-formed messages that this side received.
    pub received: u64,
    /// The HTTP status of a call over HTTP and JSON; 499 if its caller abandoned it.
    pub http_status: Option<u16>,
    /// The span identifier of a traced attempt.
    pub attempt: Option<u64>,
    /// The number of earlier attempts of the call, without transparent retries.
    pub previous_attempts: u32,
    /// The server's address of IP, of an attempt whose request was sent over TCP.
    pub peer: Option<SocketAddr>,
    /// The address of the endpoint, of an attempt of a client that has several.
    pub endpoint: Option<Arc<str>>,
}

/// The counters of a call in progress.
#[derive(Debug, Default)]
pub(super) struct Counts {
    sent: AtomicU64,
    received: AtomicU64,
    /// The HTTP status of the response, if it differs from that of the code; otherwise zero.
    http_status: AtomicU16,
}

impl Counts {
    /// Counts messages that this side sent.
    pub(super) fn sent(&self, messages: u64) {
        add(&self.sent, messages);
    }

    /// Counts a message that this side received.
    pub(super) fn received(&self) {
        add(&self.received, 1);
    }

    /// Sets the HTTP status of the response.
    pub(super) fn answered(&self, status: u16) {
        self.http_status.store(status, Relaxed);
    }

    /// Returns the HTTP status of the response.
    fn http_status(&self, code: Option<Code>) -> u16 {
        match self.http_status.load(Relaxed) {
            0 => code.map_or(200, Code::http_status),
            status => status,
        }
    }
}

/// Adds to a counter. Only one task at a time does, so a load and a store replace the costlier atomic addition.
fn add(count: &AtomicU64, messages: u64) {
    count.store(count.load(Relaxed) + messages, Relaxed);
}

impl Outcome {
    /// Returns whether the failure is a fault of this side, as OpenTelemetry defines it: each failure for a client, a failure
    /// not caused by the caller for a server.
    pub fn is_fault(&self, side: Side) -> bool {
        // Some HTTP statuses are more precise than the code.
        let is_of_caller = self.http_status.is_some_and(|status| (400..500).contains(&status));
        self.code.is_some_and(|code| side.is_at_fault(code)) && !(side == Side::Server && is_of_caller)
    }

    /// Creates the outcome of a call.
    pub(super) fn of_call(code: Option<Code>, elapsed: Duration, counts: &Counts, is_http: bool) -> Self {
        let (sent, received) = (counts.sent.load(Relaxed), counts.received.load(Relaxed));
        let http_status = is_http.then(|| counts.http_status(code));
        Self { sent, received, http_status, ..Self::new(code, elapsed) }
    }

    /// Creates the outcome of an attempt, of which no messages are counted.
    #[cfg(feature = "client")]
    pub(crate) fn of_attempt(
        code: Option<Code>,
        elapsed: Duration,
        span_id: Option<u64>,
        previous_attempts: u32,
    ) -> Self {
        Self { attempt: span_id, previous_attempts, ..Self::new(code, elapsed) }
    }

    fn new(code: Option<Code>, elapsed: Duration) -> Self {
        Self {
            code,
            elapsed,
            sent: 0,
            received: 0,
            http_status: None,
            attempt: None,
            previous_attempts: 0,
            peer: None,
            endpoint: None,
        }
    }

    /// Records the outcome in a span.
    pub(crate) fn record(&self, span: &Span, side: Side) {
        if span.is_disabled() {
            return;
        }
        span.record(names::STATUS, self.status());
        if let Some(status) = self.http_status {
            span.record(names::HTTP_STATUS, status);
        }
        if self.is_fault(side) {
            span.record("otel.status_code", "ERROR");
            span.record(names::ERROR_TYPE, &*self.error_type());
        }
    }

    /// Returns the kind of the fault, as OpenTelemetry defines it.
    pub(crate) fn error_type(&self) -> Cow<'static, str> {
        self.http_status.map_or(self.status().into(), |status| status.to_string().into())
    }

    /// Returns the name of the code; `OK` without one.
    pub fn status(&self) -> &'static str {
        self.code.map_or("OK", Code::name)
    }
}
