//! A collector of OpenTelemetry over loopback, and what it is sent of calls.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use opentelemetry_proto::tonic::{
    collector::{
        metrics::v1::{
            ExportMetricsServiceRequest, ExportMetricsServiceResponse,
            metrics_service_server::{MetricsService, MetricsServiceServer},
        },
        trace::v1::{
            ExportTraceServiceRequest, ExportTraceServiceResponse,
            trace_service_server::{TraceService, TraceServiceServer},
        },
    },
    metrics::v1::{Metric, metric::Data, number_data_point::Value},
    trace::v1::Span,
};
use rust_svc::{
    Adapter, Client, Code, Context, Error, Method, Retry,
    adapter::Routes,
    intercept::Chain,
    observe::{Otlp, Trace},
};
use tonic::{Request, Response, Status, transport::server::TcpIncoming};

const GET: Method = Method::unary("/test.v1.Test/Get").no_side_effects().retry(Retry::new(2).backoff_ms(1, 1, 1.0));

/// Keeps what it is sent.
#[derive(Clone, Default)]
struct Collector {
    spans: Arc<Mutex<Vec<Span>>>,
    metrics: Arc<Mutex<Vec<Metric>>>,
    services: Arc<Mutex<BTreeSet<String>>>,
}

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        for resource in request.into_inner().resource_spans {
            let attributes = resource.resource.expect("it says who it is").attributes;
            let name = attributes.iter().find(|attribute| attribute.key == "service.name").expect("it has a name");
            self.services.lock().expect("no panic").insert(format!("{:?}", name.value));
            let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
            self.spans.lock().expect("no panic").extend(spans);
        }
        Ok(Response::new(Default::default()))
    }
}

#[tonic::async_trait]
impl MetricsService for Collector {
    async fn export(
        &self,
        request: Request<ExportMetricsServiceRequest>,
    ) -> Result<Response<ExportMetricsServiceResponse>, Status> {
        let scopes = request.into_inner().resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics);
        self.metrics.lock().expect("no panic").extend(scopes.flat_map(|scope| scope.metrics));
        Ok(Response::new(Default::default()))
    }
}

impl Collector {
    async fn serve(&self) -> String {
        let incoming = TcpIncoming::bind("127.0.0.1:0".parse().expect("an address")).expect("a free port");
        let address = incoming.local_addr().expect("an address");
        let server = tonic::transport::Server::builder()
            .add_service(TraceServiceServer::new(self.clone()))
            .add_service(MetricsServiceServer::new(self.clone()));
        tokio::spawn(server.serve_with_incoming(incoming));
        format!("http://{address}")
    }

    /// The one span of this name, of this kind.
    fn span(&self, name: &str, kind: i32) -> Span {
        let spans = self.spans.lock().expect("no panic");
        let mut found = spans.iter().filter(|span| span.name == name && span.kind == kind);
        let span = found.next().unwrap_or_else(|| panic!("{name} is not among {spans:?}")).clone();
        assert!(found.next().is_none(), "{name} is there twice");
        span
    }

    /// How many were counted in this histogram, and its unit.
    fn count(&self, name: &str) -> (u64, String) {
        let metric = self.metric(name);
        let Some(Data::Histogram(histogram)) = metric.data else { panic!("{name} is no histogram") };
        assert_eq!(histogram.data_points[0].explicit_bounds, rust_svc::observe::names::BUCKETS);
        (histogram.data_points.iter().map(|point| point.count).sum(), metric.unit)
    }

    /// The numbers of this counter, or of this gauge.
    fn numbers(&self, name: &str) -> Vec<Option<Value>> {
        let points = match self.metric(name).data {
            Some(Data::Sum(sum)) => sum.data_points,
            Some(Data::Gauge(gauge)) => gauge.data_points,
            _ => panic!("{name} is no number"),
        };
        points.into_iter().map(|point| point.value).collect()
    }

    /// The last that was sent under this name.
    fn metric(&self, name: &str) -> Metric {
        let metrics = self.metrics.lock().expect("no panic");
        metrics.iter().rev().find(|metric| metric.name == name).expect("it is there").clone()
    }
}

const SERVER: i32 = 2;
const CLIENT: i32 = 3;

/// A client of a service that fails at first, in this process.
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
async fn what_is_not_sampled_has_no_spans() {
    let collector = Collector::default();
    let otlp = Otlp::new(collector.serve().await, "shop").expect("an address");
    let client = client(&Chain::new().intercept(Trace::new()).observe(otlp.clone()));
    let _: String = client.unary(GET, Context::new(), "tea".to_owned()).await.expect("in the end");
    otlp.flush().await.expect("the collector takes it");
    assert!(collector.spans.lock().expect("no panic").is_empty());
    assert_eq!(collector.count("rpc.client.call.duration").0, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_breaker_tells_that_it_opened() {
    let collector = Collector::default();
    let otlp = Otlp::new(collector.serve().await, "shop").expect("an address");
    let client = client(&Chain::new().observe(otlp.clone()));
    client.breaker(&GET).expect("it has one").force_open();
    otlp.flush().await.expect("the collector takes it");
    assert_eq!(collector.numbers("rpc.client.breaker.state"), [Some(Value::AsInt(2))]);
    assert_eq!(collector.numbers("rpc.client.breaker.opened"), [Some(Value::AsInt(1))]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_away_is_no_burden() {
    let otlp = Otlp::new("http://127.0.0.1:1", "shop").expect("an address");
    let client = client(&Chain::new().intercept(Trace::new().sampled()).observe(otlp.clone()));
    let _: String = client.unary(GET, Context::new(), "tea".to_owned()).await.expect("in the end");
    assert_eq!(otlp.flush().await.expect_err("nobody is there").code(), Code::Unavailable);
}
