//! Spans of calls, and the propagation of traces.

use tracing::{Span, field::Empty};

use crate::{
    Context, Metadata, Peer, Result, TraceContext, async_trait,
    intercept::{Call, HttpRoute, Interceptor, Side, Stage, Target},
};

/// Runs each call in a `tracing` span, and propagates traces by W3C Trace Context: a server continues the trace of its
/// caller, and a client sends the span of each attempt.
///
/// The spans are named `rpc`, `attempt`, and `http` for a call over HTTP and JSON. They have the target `rust_svc::trace` and
/// the attributes of OpenTelemetry, see [`names`](super::names). `trace_id` and `span_id` are those of `traceparent`; a
/// handler reads them with [`Context::trace`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Trace {
    is_sampled: bool,
}

impl Trace {
    /// Continues the traces of callers. Traces that start here are not sampled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Samples the traces that start here.
    pub fn sampled(self) -> Self {
        Self { is_sampled: true }
    }
}

#[async_trait]
impl Interceptor for Trace {
    fn stage(&self) -> Stage {
        Stage::Correlation
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        self.start_span(call)
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        Some(self.start_span(call))
    }
}

impl Trace {
    fn start_span(&self, call: &mut Call) -> Result<()> {
        let parent = match call.side() {
            Side::Server => received(call.cx()),
            Side::Client => call.cx().trace().cloned(),
        };
        let own = parent.as_ref().map_or_else(|| TraceContext::root(self.is_sampled), TraceContext::child);
        call.set_span(span(call, &own, parent.as_ref()));
        if call.side() == Side::Client
            && let Some(metadata) = sent(call.cx(), &own)?
        {
            call.change(|cx| cx.with_all_metadata(metadata));
        }
        call.change(|cx| cx.with_trace(own));
        Ok(())
    }
}

fn span(call: &Call, own: &TraceContext, parent: Option<&TraceContext>) -> Span {
    let method = call.method().full_name();
    if let Some(HttpRoute { method: http_method, template, scheme }) = call.route() {
        return tracing::info_span!(
            target: "rust_svc::trace",
            "http",
            otel.name = format!("{http_method} {template}").trim_end(),
            otel.kind = "server",
            otel.status_code = Empty,
            "error.type" = Empty,
            http.request.method = http_method,
            http.route = (!template.is_empty()).then_some(template),
            url.scheme = scheme,
            http.response.status_code = Empty,
            rpc.method = method,
            rpc.response.status_code = Empty,
            network.peer.address = call.cx().peer().map(Peer::host),
            network.peer.port = call.cx().peer().and_then(Peer::port),
            trace_id = own.trace_id(),
            span_id = own.span_id(),
            parent_span_id = parent.map(TraceContext::span_id),
        );
    }
    tracing::info_span!(
        target: "rust_svc::trace",
        "rpc",
        otel.name = method,
        otel.kind = if call.side() == Side::Server { "server" } else { "client" },
        otel.status_code = Empty,
        "error.type" = Empty,
        rpc.system.name = "grpc",
        rpc.method = method,
        rpc.response.status_code = Empty,
        rpc.client.fallback = Empty,
        server.address = call.target().map(Target::address),
        server.port = call.target().and_then(Target::port),
        network.peer.address = call.cx().peer().map(Peer::host),
        network.peer.port = call.cx().peer().and_then(Peer::port),
        trace_id = own.trace_id(),
        span_id = own.span_id(),
        parent_span_id = parent.map(TraceContext::span_id),
    )
}

/// Reads the trace context in the metadata of a request.
fn received(cx: &Context) -> Option<TraceContext> {
    let (mut parent, mut parents, mut states) = (None, 0, Vec::new());
    cx.visit_texts(&[TraceContext::HEADER, TraceContext::STATE], &mut |index, text| match index {
        0 => (parent, parents) = (Some(text), parents + 1),
        _ => states.push(text),
    });
    let parent = TraceContext::parse(parent.filter(|_| parents == 1)?)?;
    Some(if states.is_empty() { parent } else { parent.with_state(&states.join(",")) })
}

/// Returns the metadata of a client's call without another trace context; `None` if it need not change. Each attempt is
/// sent with its own `traceparent`.
fn sent(cx: &Context, own: &TraceContext) -> Result<Option<Metadata>> {
    let mut must_change = own.state().is_some();
    cx.visit_texts(&[TraceContext::HEADER, TraceContext::STATE], &mut |_, _| must_change = true);
    if !must_change {
        return Ok(None);
    }
    let mut metadata = cx.metadata().clone();
    metadata.remove(TraceContext::HEADER);
    metadata.remove(TraceContext::STATE);
    if let Some(state) = own.state() {
        metadata.insert(TraceContext::STATE, state)?;
    }
    Ok(Some(metadata))
}
