//! One attempt of a client's call.

use tokio::time::Instant;
use tracing::{Span, field::Empty};

use crate::{Context, observe::TraceContext};

/// An attempt that is under way, and what is written down of it.
#[derive(Debug)]
pub(crate) struct Attempted {
    pub(super) started: Instant,
    pub(super) span: Span,
    pub(super) previous: u32,
    place: Option<TraceContext>,
}

impl Attempted {
    /// An attempt that begins after so many others. If the call is traced, it has a span and a place of its own.
    pub(crate) fn begin(cx: &Context, previous: u32, started: Instant) -> Self {
        let place = TraceContext::of(cx).map(TraceContext::child);
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
