//! One attempt of a client's call.

use tokio::time::Instant;
use tracing::{Span, field::Empty};

use super::ActiveCall;
use crate::{Code, Context, observe::TraceContext};

/// An attempt that is under way, and what is written down of it.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(super) started: Instant,
    pub(super) span: Span,
    pub(super) previous: u32,
    place: Option<TraceContext>,
}

impl Attempt {
    /// An attempt that begins after so many others. If the call is traced, it has a span and a place of its own.
    pub(crate) fn begin(cx: &Context, previous: u32, started: Instant) -> Self {
        let place = cx.trace().map(TraceContext::child);
        let span = place.as_ref().map_or_else(Span::none, |place| span(place, previous));
        Self { started, span, previous, place }
    }

    /// How many other attempts of the call came before it.
    pub(crate) fn previous(&self) -> u32 {
        self.previous
    }

    /// When it began.
    pub(crate) fn started(&self) -> Instant {
        self.started
    }

    /// The span that the attempt runs in.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The place of the attempt in a trace.
    pub(crate) fn place(&self) -> Option<&TraceContext> {
        self.place.as_ref()
    }
}

/// An attempt of which the observers are told that it ended, at the latest when this is dropped.
pub(crate) struct AttemptGuard<'a> {
    running: &'a ActiveCall,
    seen: Attempt,
    has_ended: bool,
}

impl<'a> AttemptGuard<'a> {
    /// An attempt of a call that is under way.
    pub(super) fn of(running: &'a ActiveCall, seen: Attempt) -> Self {
        Self { running, seen, has_ended: false }
    }

    /// What is known of it.
    pub(crate) fn seen(&self) -> &Attempt {
        &self.seen
    }

    /// It ended then; `None` if it did not fail.
    pub(crate) fn ended(&mut self, code: Option<Code>, end: Instant) {
        self.has_ended = true;
        self.running.attempted(&self.seen, code, end);
    }
}

impl Drop for AttemptGuard<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            let is_late = self.running.cx().remaining().is_some_and(|remaining| remaining.is_zero());
            let code = if is_late { Code::DeadlineExceeded } else { Code::Cancelled };
            self.running.attempted(&self.seen, Some(code), Instant::now());
        }
    }
}

fn span(place: &TraceContext, previous: u32) -> Span {
    tracing::info_span!(
        target: "rust_svc::trace",
        "attempt",
        otel.kind = "client",
        otel.status_code = Empty,
        "error.type" = Empty,
        rpc.previous_attempts = previous,
        rpc.response.status_code = Empty,
        trace_id = place.trace_id(),
        span_id = place.span_id(),
    )
}
