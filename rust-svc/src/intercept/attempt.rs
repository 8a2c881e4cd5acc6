//! Attempts of a client's call.

use std::{
    net::SocketAddr,
    sync::{Arc, OnceLock},
};

use tokio::time::Instant;
use tracing::{Span, field::Empty};

use super::{ActiveCall, Outcome, Side};
use crate::{Code, Context, TraceContext};

/// An attempt in progress, with its span.
#[derive(Debug)]
pub(crate) struct Attempt {
    started: Instant,
    span: Span,
    previous: u32,
    trace: Option<TraceContext>,
    /// The server's address of IP, once the request is on its way.
    peer: OnceLock<SocketAddr>,
    /// The address of the endpoint, if there are several.
    endpoint: OnceLock<Arc<str>>,
}

impl Attempt {
    /// Starts an attempt after `previous` others. In a traced call it has a span of its own.
    pub(crate) fn begin(cx: &Context, previous: u32, started: Instant) -> Self {
        let trace = cx.trace().map(TraceContext::child);
        let span = trace.as_ref().map_or_else(Span::none, |trace| span(trace, previous));
        Self { started, span, previous, trace, peer: OnceLock::new(), endpoint: OnceLock::new() }
    }

    /// Returns the number of earlier attempts.
    pub(crate) fn previous(&self) -> u32 {
        self.previous
    }

    /// Returns the time when it began.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// Returns the span.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// Returns the trace context to send.
    pub(crate) fn trace(&self) -> Option<&TraceContext> {
        self.trace.as_ref()
    }

    /// Records the server that the request is on its way to.
    pub(crate) fn record_peer(&self, peer: SocketAddr) {
        let _ = self.peer.set(peer);
        if !self.span.is_disabled() {
            self.span.record("network.peer.address", tracing::field::display(peer.ip()));
            self.span.record("network.peer.port", peer.port());
        }
    }

    /// Records the endpoint that was picked.
    pub(crate) fn record_endpoint(&self, endpoint: &Arc<str>) {
        let _ = self.endpoint.set(endpoint.clone());
    }

    fn outcome(&self, code: Option<Code>, end: Instant) -> Outcome {
        let elapsed = end.saturating_duration_since(self.started);
        let span = self.trace.as_ref().map(TraceContext::span);
        let (peer, endpoint) = (self.peer.get().copied(), self.endpoint.get().cloned());
        Outcome { peer, endpoint, ..Outcome::of_attempt(code, elapsed, span, self.previous) }
    }
}

/// Reports the end of an attempt to the observers, at the latest when it is dropped.
pub(crate) struct AttemptGuard<'a> {
    call: &'a ActiveCall,
    attempt: Attempt,
    has_ended: bool,
}

impl<'a> AttemptGuard<'a> {
    /// Starts an attempt of a call after `previous` others.
    pub(crate) fn begin(call: &'a ActiveCall, previous: u32, started: Instant) -> Self {
        Self { call, attempt: Attempt::begin(call.cx(), previous, started), has_ended: false }
    }

    /// Returns the attempt.
    pub(crate) fn attempt(&self) -> &Attempt {
        &self.attempt
    }

    /// Reports the end of the attempt, with the code of its error.
    pub(crate) fn ended(&mut self, code: Option<Code>, end: Instant) {
        self.has_ended = true;
        let outcome = self.attempt.outcome(code, end);
        outcome.record(&self.attempt.span, Side::Client);
        self.call.attempted(&outcome);
    }
}

impl Drop for AttemptGuard<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            let is_late = self.call.cx().remaining().is_some_and(|remaining| remaining.is_zero());
            let code = if is_late { Code::DeadlineExceeded } else { Code::Cancelled };
            self.ended(Some(code), Instant::now());
        }
    }
}

fn span(trace: &TraceContext, previous: u32) -> Span {
    tracing::info_span!(
        target: "rust_svc::trace",
        "attempt",
        otel.kind = "client",
        otel.status_code = Empty,
        "error.type" = Empty,
        rpc.previous_attempts = previous,
        rpc.response.status_code = Empty,
        network.peer.address = Empty,
        network.peer.port = Empty,
        trace_id = trace.trace_id(),
        span_id = trace.span_id(),
    )
}
