//! Spans of calls and attempts.

use std::time::SystemTime;

use opentelemetry::{
    InstrumentationScope, KeyValue, SpanId, TraceFlags, TraceId,
    trace::{SpanContext, SpanKind, Status, TraceState},
};
use opentelemetry_otlp::SpanExporter;
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{BatchSpanProcessor, SpanData, SpanEvents, SpanLinks, SpanProcessor},
};

use crate::{
    Peer,
    intercept::{Call, Outcome, Side, Target},
    observe::{TraceContext, names},
};

/// The processor that sends spans in batches.
pub(super) struct Spans {
    processor: BatchSpanProcessor,
    scope: InstrumentationScope,
}

/// The identity of a span.
struct SpanIdentity {
    trace: TraceContext,
    span_id: u64,
    parent: u64,
    name: String,
}

impl Spans {
    pub(super) fn new(exporter: SpanExporter, resource: &Resource) -> Self {
        let mut processor = BatchSpanProcessor::builder(exporter).build();
        processor.set_resource(resource);
        Self { processor, scope: InstrumentationScope::builder("rust-svc").build() }
    }

    pub(super) fn flush(&self) -> OTelSdkResult {
        self.processor.force_flush()
    }

    pub(super) fn shutdown(&self) -> OTelSdkResult {
        self.processor.shutdown()
    }

    pub(super) fn ended(&self, call: &Call, outcome: &Outcome) {
        let Some(trace) = sampled(call) else { return };
        let name = match call.route() {
            Some(route) => format!("{} {}", route.method, route.template).trim_end().to_owned(),
            None => call.method().full_name().to_owned(),
        };
        let identity = SpanIdentity { span_id: trace.span(), parent: trace.parent(), name, trace };
        let mut attributes = attributes(call, outcome);
        let peer = call.cx().peer();
        attributes.extend(peer.map(|peer| KeyValue::new(names::PEER_ADDRESS, Peer::host(peer).to_owned())));
        attributes.extend(peer.and_then(Peer::port).map(|port| KeyValue::new(names::PEER_PORT, i64::from(port))));
        self.send(identity, call.side(), attributes, outcome);
    }

    pub(super) fn attempted(&self, call: &Call, outcome: &Outcome) {
        let Some((trace, span_id)) = sampled(call).zip(outcome.attempt) else { return };
        let name = format!("attempt {}", call.method().full_name());
        let identity = SpanIdentity { span_id, parent: trace.span(), name, trace };
        let mut attributes = attributes(call, outcome);
        attributes.extend(outcome.peer.iter().flat_map(|peer| {
            let address = KeyValue::new(names::PEER_ADDRESS, peer.ip().to_string());
            [address, KeyValue::new(names::PEER_PORT, i64::from(peer.port()))]
        }));
        self.send(identity, call.side(), attributes, outcome);
    }

    fn send(&self, identity: SpanIdentity, side: Side, attributes: Vec<KeyValue>, outcome: &Outcome) {
        let end_time = SystemTime::now();
        let SpanIdentity { trace, span_id, parent, name } = identity;
        self.processor.on_end(SpanData {
            span_context: context(&trace, span_id),
            parent_span_id: SpanId::from(parent),
            parent_span_is_remote: side == Side::Server,
            span_kind: if side == Side::Server { SpanKind::Server } else { SpanKind::Client },
            name: name.into(),
            start_time: end_time.checked_sub(outcome.elapsed).unwrap_or(end_time),
            end_time,
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: if outcome.is_fault(side) { Status::error(outcome.status()) } else { Status::Unset },
            instrumentation_scope: self.scope.clone(),
        });
    }
}

/// Returns the attributes of a call in spans and metrics. No value is chosen by the caller.
pub(super) fn attributes(call: &Call, outcome: &Outcome) -> Vec<KeyValue> {
    let fault = outcome.is_fault(call.side()).then(|| KeyValue::new(names::ERROR_TYPE, outcome.error_type()));
    let mut attributes = of_end(call, outcome);
    attributes.extend(fault);
    attributes
}

fn of_end(call: &Call, outcome: &Outcome) -> Vec<KeyValue> {
    match call.route() {
        Some(route) => vec![
            KeyValue::new(names::HTTP_METHOD, route.method),
            KeyValue::new(names::HTTP_SCHEME, route.scheme),
            KeyValue::new(names::HTTP_ROUTE, route.template),
            KeyValue::new(names::HTTP_STATUS, i64::from(outcome.http_status.unwrap_or_default())),
        ],
        None => {
            let status = KeyValue::new(names::STATUS, outcome.status());
            named(call.method().full_name(), call.target()).chain([status]).collect()
        }
    }
}

/// Returns the attributes of a method, and of the target of a client.
pub(super) fn named(method: &'static str, target: Option<&Target>) -> impl Iterator<Item = KeyValue> {
    let method = [KeyValue::new(names::SYSTEM, "grpc"), KeyValue::new(names::METHOD, method)];
    method.into_iter().chain(of_target(target))
}

/// Returns the attributes of a client's target.
pub(super) fn of_target(target: Option<&Target>) -> impl Iterator<Item = KeyValue> {
    let address = target.map(|target| KeyValue::new(names::SERVER_ADDRESS, target.address().to_owned()));
    let port = target.and_then(Target::port).map(|port| KeyValue::new(names::SERVER_PORT, i64::from(port)));
    address.into_iter().chain(port)
}

fn sampled(call: &Call) -> Option<TraceContext> {
    call.cx().trace().filter(|trace| trace.is_sampled()).cloned()
}

fn context(trace: &TraceContext, span_id: u64) -> SpanContext {
    let trace_id = TraceId::from(trace.trace());
    SpanContext::new(trace_id, SpanId::from(span_id), TraceFlags::SAMPLED, false, TraceState::default())
}
