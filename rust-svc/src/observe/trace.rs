//! A span for each call, and a trace that goes on where calls go on.

use tracing::{Span, field::Empty};

use crate::{
    Context, Metadata, Peer, Result, TraceContext, async_trait,
    intercept::{Call, HttpRoute, Interceptor, Side, Stage, Target},
};

/// Runs each call in a `tracing` span of its own, and passes the trace on by the Trace Context of W3C: a server takes the
/// place of its caller in the trace, a client sends its own with each attempt.
///
/// The spans are named `rpc`, `attempt`, and `http` for a call over HTTP and JSON, at the target `rust_svc::trace`, with the attributes of OpenTelemetry: see
/// [`names`](super::names). `trace_id` and `span_id` are those of `traceparent`; in a handler,
/// [`TraceContext::of`] has them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trace {
    samples: bool,
}

impl Trace {
    /// Goes on with the traces of callers. Of those that begin here, none is marked as sampled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Marks traces that begin here as sampled.
    pub fn sampled(self) -> Self {
        Self { samples: true }
    }
}

#[async_trait]
impl Interceptor for Trace {
    fn stage(&self) -> Stage {
        Stage::Correlation
    }

    async fn before(&self, call: &mut Call) -> Result<()> {
        self.place(call)
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        Some(self.place(call))
    }
}

impl Trace {
    fn place(&self, call: &mut Call) -> Result<()> {
        let parent = match call.side() {
            Side::Server => received(call.cx()),
            Side::Client => call.cx().trace().cloned(),
        };
        let own = parent.as_ref().map_or_else(|| TraceContext::root(self.samples), TraceContext::child);
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
        server.address = call.target().map(Target::address),
        server.port = call.target().and_then(Target::port),
        network.peer.address = call.cx().peer().map(Peer::host),
        network.peer.port = call.cx().peer().and_then(Peer::port),
        trace_id = own.trace_id(),
        span_id = own.span_id(),
        parent_span_id = parent.map(TraceContext::span_id),
    )
}

/// What the metadata of a request says of its caller's place.
fn received(cx: &Context) -> Option<TraceContext> {
    let (mut parent, mut parents, mut states) = (None, 0, Vec::new());
    cx.visit_texts(&[TraceContext::HEADER, TraceContext::STATE], &mut |index, text| match index {
        0 => (parent, parents) = (Some(text), parents + 1),
        _ => states.push(text),
    });
    let parent = TraceContext::parse(parent.filter(|_| parents == 1)?)?;
    Some(if states.is_empty() { parent } else { parent.with_state(&states.join(",")) })
}

/// The metadata of a call, if they have to change to name no other place: each attempt is sent with its own.
fn sent(cx: &Context, own: &TraceContext) -> Result<Option<Metadata>> {
    let mut is_named = own.state().is_some();
    cx.visit_texts(&[TraceContext::HEADER, TraceContext::STATE], &mut |_, _| is_named = true);
    if !is_named {
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
