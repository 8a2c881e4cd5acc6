//! One order is one trace from the gateway to dispatch, as an OpenTelemetry collector receives it from the processes, also if
//! the order service is restarted meanwhile, in plaintext and over mutual TLS.

use std::{
    collections::BTreeSet,
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{Router, body::Bytes, extract::State, routing::post};
use examples::{
    access::{Caller, Certificates, Role, Tokens},
    generated::inventory::v1::{InventoryService, InventoryServiceClient, UploadTelemetryRequest},
};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value, resource::v1::Resource,
    trace::v1::Span,
};
use rust_svc::{Client, Context, Streaming, TraceContext, prost::Message};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    time::sleep,
};

/// Long enough for any machine; nothing waits for it unless it fails.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Stores the spans that it receives, each with the name of its service.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, Span)>>>);

impl Collector {
    async fn serve(&self) -> String {
        let routes = Router::new().route("/v1/traces", post(add)).route("/v1/metrics", post(async || ()));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(axum::serve(listener, routes.with_state(self.clone())).into_future());
        format!("http://{address}")
    }

    /// The spans of a trace.
    fn trace(&self, id: &str) -> Vec<(String, Span)> {
        let spans = self.0.lock().expect("no panic");
        spans.iter().filter(|(_, span)| hex(&span.trace_id) == id).cloned().collect()
    }
}

async fn add(State(collector): State<Collector>, body: Bytes) {
    let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
    for resource in request.resource_spans {
        let service = service(&resource.resource.expect("a resource"));
        let spans = resource.scope_spans.into_iter().flat_map(|scope| scope.spans);
        collector.0.lock().expect("no panic").extend(spans.map(|span| (service.clone(), span)));
    }
}

fn service(resource: &Resource) -> String {
    let name = resource.attributes.iter().find(|attribute| attribute.key == "service.name").expect("a name");
    match name.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Value::StringValue(name)) => name.clone(),
        other => panic!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A process of the system, which stops in order when its standard input ends.
struct Process {
    url: String,
    child: Child,
}

impl Process {
    async fn start(binary: &str, listen: &str, folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(binary);
        command.args(["--listen", listen, "--stop-with-stdin", "--secret"]).arg(folder.join("secret")).args(arguments);
        // Sends its spans without delay.
        command.env("OTEL_BSP_SCHEDULE_DELAY", "20");
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let line = lines.next_line().await.expect("readable").expect("a line");
        // A process that writes to a closed pipe would not go on.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { url: line.rsplit(' ').next().expect("an address").to_owned(), child }
    }

    fn address(&self) -> &str {
        self.url.trim_start_matches("http://").trim_start_matches("https://")
    }

    async fn stop(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().await.expect("a status").success());
    }
}

fn token(folder: &Path, role: Role, name: &str) -> String {
    let tokens = Tokens::open(&folder.join("secret")).expect("a secret");
    format!("Bearer {}", tokens.issue(&Caller::new(role, name), Duration::from_mins(5)))
}

async fn count_teas(inventory: &Process, folder: &Path, certificates: Option<&Certificates>) {
    let client = Client::builder(&inventory.url).metadata("authorization", token(folder, Role::Sensor, "door"));
    let client = match certificates {
        Some(certificates) => client.tls(certificates.client()),
        None => client,
    };
    let client = InventoryServiceClient(client.build().expect("an address"));
    let reading = UploadTelemetryRequest { product_id: "tea".into(), on_hand: 5, ..UploadTelemetryRequest::default() };
    client.upload_telemetry(Context::new(), Streaming::from_messages([reading])).await.expect("counted");
}

/// Places an order at the gateway in a trace. Returns the response.
async fn place(gateway: &Process, folder: &Path, trace: &TraceContext) -> String {
    let body = r#"{"customerId": "ann", "items": [{"productId": "tea", "quantity": 1}], "deliveryAddress": {"city": "Bergen"}}"#;
    let head = format!(
        "POST /v1/orders HTTP/1.0\r\nHost: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\
         Authorization: {}\r\ntraceparent: {trace}\r\n\r\n",
        gateway.address(),
        body.len(),
        token(folder, Role::Customer, "ann")
    );
    let mut connection = TcpStream::connect(gateway.address()).await.expect("connects");
    connection.write_all(format!("{head}{body}").as_bytes()).await.expect("sent");
    let mut response = String::new();
    connection.read_to_string(&mut response).await.expect("received");
    response
}

/// Returns what one trace of all services lacks: parents of its spans, and calls of services.
fn gaps(spans: &[(String, Span)], root: &TraceContext) -> Vec<String> {
    let ids: BTreeSet<_> = spans.iter().map(|(_, span)| hex(&span.span_id)).chain([root.span_id()]).collect();
    let orphans = spans.iter().filter(|(_, span)| !ids.contains(&hex(&span.parent_span_id)));
    let mut gaps: Vec<_> = orphans.map(|(service, span)| format!("the parent of {service} {}", span.name)).collect();
    let wanted = [
        ("gateway", "order.v1.OrderService/CreateOrder"),
        ("order", "order.v1.OrderService/CreateOrder"),
        ("inventory", "inventory.v1.InventoryService/ReserveItems"),
        ("dispatch", "dispatch.v1.DispatchService/AssignOrder"),
    ];
    let is_there =
        |wanted: (&str, &str)| spans.iter().any(|(service, span)| (service.as_str(), span.name.as_str()) == wanted);
    gaps.extend(wanted.into_iter().filter(|wanted| !is_there(*wanted)).map(|wanted| format!("{wanted:?}")));
    gaps
}

/// Places an order while dispatch is down, then restarts the order service and dispatch. `security` has more arguments of all
/// processes.
async fn check(folder: &Path, security: &[&str], certificates: Option<&Certificates>) {
    let collector = Collector::default();
    let otlp = collector.serve().await;
    let common = [&["--otlp", otlp.as_str()], security].concat();
    let memory = [&["--database=:memory:"], common.as_slice()].concat();
    let inventory = Process::start(env!("CARGO_BIN_EXE_inventory"), "127.0.0.1:0", folder, &memory).await;
    count_teas(&inventory, folder, certificates).await;
    let dispatch = Process::start(env!("CARGO_BIN_EXE_dispatch"), "127.0.0.1:0", folder, &memory).await;
    let (dispatch_url, dispatch_address) = (dispatch.url.clone(), dispatch.address().to_owned());
    let urls = ["--inventory", inventory.url.as_str(), "--dispatch", dispatch_url.as_str()];
    let database = folder.join("order.db").to_string_lossy().into_owned();
    let arguments = [&["--database", database.as_str()], urls.as_slice(), &common].concat();
    let order = Process::start(env!("CARGO_BIN_EXE_order"), "127.0.0.1:0", folder, &arguments).await;
    let of_gateway = [&["--order", &order.url, "--metrics-listen=127.0.0.1:0"], urls.as_slice(), &common].concat();
    let gateway = Process::start(env!("CARGO_BIN_EXE_gateway"), "127.0.0.1:0", folder, &of_gateway).await;

    dispatch.stop().await;
    let trace = TraceContext::root(true);
    let placed = place(&gateway, folder, &trace).await;
    assert!(placed.contains("STATUS_RESERVED"), "{placed}");
    order.stop().await;
    let _dispatch = Process::start(env!("CARGO_BIN_EXE_dispatch"), &dispatch_address, folder, &memory).await;
    let _order = Process::start(env!("CARGO_BIN_EXE_order"), "127.0.0.1:0", folder, &arguments).await;

    let begun = Instant::now();
    let mut missing = vec!["all".to_owned()];
    while !missing.is_empty() {
        assert!(begun.elapsed() < TIMEOUT, "{missing:?} are missing in {:#?}", collector.trace(&trace.trace_id()));
        sleep(Duration::from_millis(50)).await;
        missing = gaps(&collector.trace(&trace.trace_id()), &trace);
    }
}

#[tokio::test]
async fn an_order_is_one_trace_although_its_service_restarts() {
    let folder = tempfile::tempdir().expect("a folder");
    check(folder.path(), &[], None).await;
}

#[tokio::test]
async fn an_order_is_one_trace_over_mutual_tls() {
    let folder = tempfile::tempdir().expect("a folder");
    let own = folder.path().join("certificates");
    let certificates = Certificates::in_folder(&own);
    certificates.create().expect("created");
    check(folder.path(), &["--certificates", own.to_str().expect("a name")], Some(&certificates)).await;
}
