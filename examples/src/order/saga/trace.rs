//! The trace of an order, which its steps continue, whichever process makes them.

use rust_svc::{Context, TraceContext};

/// Continues the trace of the request that placed an order, unless the call has a trace of its own.
pub(super) fn traced(cx: &Context, trace: Option<&TraceContext>) -> Context {
    match trace {
        Some(trace) if cx.trace().is_none() => cx.clone().with_trace(trace.clone()),
        _ => cx.clone(),
    }
}
