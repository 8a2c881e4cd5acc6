//! An OpenTelemetry collector over loopback, and the spans and metrics that it receives of calls.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{ExportMetricsServiceRequest, ExportMetricsServiceResponse},
        trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    },
    metrics::v1::{Metric, metric::Data, number_data_point::Value},
    trace::v1::Span,
};
use rust_svc::{
    Adapter, Client, Code, Context, Error, Method, Retry,
    adapter::Routes,
    intercept::Chain,
    observe::{Otlp, Trace},
    prost::Message,
};

const GET: Method = Method::unary("/test.v1.Test/Get").no_side_effects().retry(Retry::new(2).backoff_ms(1, 1, 1.0));

/// Stores the data that it receives.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<Vec<Metric>>>,
    services: Arc<Mutex<BTreeSet<String>>>,
}

impl Collector {
    /// Serves OTLP over HTTP, in protobuf encoding.
    async fn serve(&self) -> String {
        let routes = Router::new().route("/v1/traces", post(add_spans)).route("/v1/metrics", post(add_metrics));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let server = axum::serve(listener, routes.with_state(self.clone()));
        tokio::spawn(server.into_future());
        format!("http://{address}")
    }

    fn add_spans(&self, request: ExportTraceServiceRequest) {
        for resource in request.resource_spans {
            let attributes = resource.resource.expect("a resource").attributes;
            let name = attributes.iter().find(|attribute| attribute.key == "service.name").expect("a service name");
            self.services.lock().expect("no panic").insert(format!("{:?}", name.value));
            let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            self.spans.lock().expect("no panic").extend(spans);
        }
    }

    fn add_metrics(&self, request: ExportMetricsServiceRequest) {
        let scopes = request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
        self.metrics.lock().expect("no panic").extend(scopes.flat_map(|scope| scope.metrics));
    }

    /// Returns the only span of this name and kind.
    fn span(&self, name: &str, kind: i32) -> Span {
        let spans = self.spans.lock().expect("no panic");
        let mut found = spans.iter().filter(|span| span.name == name && span.kind == kind);
        let span = found.next().unwrap_or_else(|| panic!("{name} is not among {spans:?}")).clone();
        assert!(found.next().is_none(), "{name} is there twice");
        span
    }

    /// Returns the count and the unit of a histogram.
    fn count(&self, name: &str) -> (u64, String) {
        let metric = self.metric(name);
        let Some(Data::Histogram(histogram)) = metric.data else { panic!("{name} is not a histogram") };
        assert_eq!(histogram.data_points[0].explicit_bounds, rust_svc::observe::names::BUCKETS);
        (histogram.data_points.iter().map(|point| point.count).sum(), metric.unit)
    }

    /// Returns the values of a counter or a gauge.
    fn numbers(&self, name: &str) -> Vec<Option<Value>> {
        let points = match self.metric(name).data {
            Some(Data::Sum(sum)) => sum.data_points,
            Some(Data::Gauge(gauge)) => gauge.data_points,
            _ => panic!("{name} is not a number"),
        };
        points.into_iter().map(|point| point.value).collect()
    }

    /// Returns the metric of this name that was received last.
    fn metric(&self, name: &str) -> Metric {
        let metrics = self.metrics.lock().expect("no panic");
        metrics.iter().rev().find(|metric| metric.name == name).expect("it is there").clone()
    }
}

type Reply = Result<([(&'static str, &'static str); 1], Vec<u8>), StatusCode>;

async fn add_spans(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> Reply {
    collector.add_spans(decode(&headers, body)?);
    Ok(reply(&ExportTraceServiceResponse::default()))
}

async fn add_metrics(State(collector): State<Collector>, headers: HeaderMap, body: Bytes) -> Reply {
    collector.add_metrics(decode(&headers, body)?);
    Ok(reply(&ExportMetricsServiceResponse::default()))
}

/// Decodes a request as a collector does: other content types are refused.
fn decode<M: Message + Default>(headers: &HeaderMap, body: Bytes) -> Result<M, StatusCode> {
    match headers.get("content-type").and_then(|value| value.to_str().ok()) {
        Some("application/x-protobuf") => M::decode(body).map_err(|_| StatusCode::BAD_REQUEST),
        _ => Err(StatusCode::UNSUPPORTED_MEDIA_TYPE),
    }
}

fn reply(message: &impl Message) -> ([(&'static str, &'static str); 1], Vec<u8>) {
    ([("content-type", "application/x-protobuf")], message.encode_to_vec())
}

const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// Creates a client of a service in this process that fails once.
fn client(chain: &Chain) -> Client {
    let fails = Arc::new(Mutex::new(vec![Code::Unavailable]));
    let adapter = Adapter::new("test.v1.Test", fails).unary(GET, |fails, _, request: String| {
        let code = fails.lock().expect("no panic").pop();
        Box::pin(async move { code.map_or(Ok(request), |code| Err(Error::new(code, "starting"))) })
    });
    let routes = Routes::from(adapter).chain(chain);
    Client::builder("http://test").chain(chain).build_from_service(routes).expect("a client")
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_and_attempts_are_one_trace_and_are_counted() {
    let collector = Collector::default();
    let otlp = Otlp::new(collector.serve().await, "shop").expect("an address");
    let client = client(&Chain::new().intercept(Trace::new().sampled()).observe(otlp.clone()));
    let answer: String = client.unary(GET, Context::new(), "tea".to_owned()).await.expect("in the end");
    assert_eq!(answer, "tea");
    otlp.shutdown().await.expect("the collector takes it");

    let call = collector.span("test.v1.Test/Get", CLIENT);
    assert_eq!(call.parent_span_id, Vec::<u8>::new());
    let spans = collector.spans.lock().expect("no panic").clone();
    assert!(spans.iter().all(|span| span.trace_id == call.trace_id && call.trace_id.len() == 16));
    let below = |parent: &Span, kind: i32| -> Vec<_> {
        spans.iter().filter(|span| span.parent_span_id == parent.span_id && span.kind == kind).collect()
    };
    let address = call.attributes.iter().find(|attribute| attribute.key == "server.address").expect("an address");
    assert!(format!("{:?}", address.value).contains("test"), "{address:?}");
    let attempts = below(&call, CLIENT);
    assert_eq!(attempts.len(), 2, "{spans:?}");
    for (attempt, fails) in attempts.iter().zip([true, false]) {
        assert_eq!(attempt.name, "attempt test.v1.Test/Get");
        assert_eq!(attempt.status.as_ref().is_some_and(|status| status.code == 2), fails);
        assert_eq!(below(attempt, SERVER).len(), 1, "each attempt is a call of the server");
    }
    assert_eq!(spans.len(), 5);
    assert_eq!(collector.count("rpc.client.call.duration"), (1, "s".to_owned()));
    assert_eq!(collector.count("rpc.client.attempt.duration"), (2, "s".to_owned()));
    assert_eq!(collector.count("rpc.server.call.duration"), (2, "s".to_owned()));
    assert_eq!(collector.numbers("rpc.client.retries"), [Some(Value::AsInt(1))]);
    assert!(collector.services.lock().expect("no panic").iter().all(|name| name.contains("shop")));
}

#[tokio::test(flavor = "multi_thread")]
async fn unsampled_calls_have_no_spans() {
    let collector = Collector::default();
    let otlp = Otlp::new(collector.serve().await, "shop").expect("an address");
    let client = client(&Chain::new().intercept(Trace::new()).observe(otlp.clone()));
    let _: String = client.unary(GET, Context::new(), "tea".to_owned()).await.expect("in the end");
    otlp.flush().await.expect("the collector takes it");
    assert!(collector.spans.lock().expect("no panic").is_empty());
    assert_eq!(collector.count("rpc.client.call.duration").0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_breaker_is_exported() {
    let collector = Collector::default();
    let otlp = Otlp::new(collector.serve().await, "shop").expect("an address");
    let client = client(&Chain::new().observe(otlp.clone()));
    client.breaker(&GET).expect("it has one").force_open();
    otlp.flush().await.expect("the collector takes it");
    assert_eq!(collector.numbers("rpc.client.breaker.state"), [Some(Value::AsInt(2))]);
    assert_eq!(collector.numbers("rpc.client.breaker.opened"), [Some(Value::AsInt(1))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_succeed_without_a_collector() {
    let otlp = Otlp::new("http://127.0.0.1:1", "shop").expect("an address");
    let client = client(&Chain::new().intercept(Trace::new().sampled()).observe(otlp.clone()));
    let _: String = client.unary(GET, Context::new(), "tea".to_owned()).await.expect("in the end");
    assert_eq!(otlp.flush().await.expect_err("no collector").code(), Code::Unavailable);
}
