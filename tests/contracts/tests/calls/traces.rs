//! Traces and access logs of calls.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use http_body_util::BodyExt as _;
use rust_svc::{
    Client, Context,
    intercept::{Chain, RequestId},
    observe::{AccessLog, Trace, TraceContext},
};
use tower::ServiceExt as _;
use tracing_subscriber::fmt::{MakeWriter, format::FmtSpan};

use crate::{
    golden::{
        stock::stock::v1::{
            GetQuoteRequest, StockService, StockServiceClient, StockServiceFake, stock_service_adapter,
        },
        user::user::v1::{User, UserServiceClient, UserServiceFake, user_service_adapter, user_service_gateway},
    },
    metrics::{client, quote, served},
};

/// Logs into memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Subscribes to the logs of this thread.
///
/// `tracing` caches the interest of the first subscriber that reaches a callsite, which may be that of another test. So
/// the
/// whole process has a subscriber, too, which is interested in everything.
pub(crate) fn listen(subscriber: impl tracing::Subscriber + Send + Sync) -> tracing::subscriber::DefaultGuard {
    // Another test may have set it already.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
    tracing::subscriber::set_default(subscriber)
}

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[tokio::test]
async fn a_trace_goes_from_http_through_a_client_to_a_service() {
    let chain = Chain::new().intercept(Trace::new());
    let fake = UserServiceFake::new();
    fake.get_user.returns_with(|call| async move {
        let own = call.context().trace().expect("traced").to_string();
        Ok(User { user_id: own, ..User::default() })
    });
    let routes = rust_svc::adapter::Routes::from(user_service_adapter(Arc::new(fake.clone()))).chain(&chain);
    let client = Client::builder("http://users").chain(&chain).build_from_service(routes).expect("a client");
    let gateway = user_service_gateway(Arc::new(UserServiceClient(client)));
    let gateway = rust_svc::gateway::GatewayRoutes::from(gateway).chain(&chain).into_router();
    let call = async |parent: &str| {
        let request = http::Request::builder().uri("/v1/users/ada").header("traceparent", parent);
        let request = request.header("tracestate", "vendor=1").body(axum::body::Body::empty()).expect("a request");
        let response = gateway.clone().oneshot(request).await.expect("infallible");
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        let own = String::from_utf8_lossy(&body).split('"').find_map(TraceContext::parse).expect("a place");
        let received = fake.get_user.calls().pop().expect("a call").metadata().clone();
        let sent = TraceContext::parse(received.get("traceparent").expect("sent")).expect("valid");
        (sent, own, received.get("tracestate").map(ToOwned::to_owned))
    };
    let (sent, own, state) = call(PARENT).await;
    assert_eq!(sent.trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    assert_eq!(own.trace_id(), sent.trace_id());
    assert!(own.is_sampled());
    let spans = [sent.span_id(), own.span_id(), "00f067aa0ba902b7".to_owned()];
    assert!(spans[0] != spans[1] && spans[0] != spans[2] && spans[1] != spans[2], "{spans:?}");
    assert_eq!(state.as_deref(), Some("vendor=1"));

    let (sent, own, state) = call("00-nonsense").await;
    assert_eq!(own.trace_id(), sent.trace_id());
    assert!(!own.is_sampled());
    assert_eq!(state, None, "what belongs to no trace is not passed on");
}

#[tokio::test]
async fn each_attempt_has_a_span_id_of_its_own() {
    let fake = StockServiceFake::new();
    fake.get_quote.fails(rust_svc::Error::unavailable("starting"));
    fake.get_quote.returns(quote());
    let client = client(&served(&fake, &Chain::new()).await, &Chain::new().intercept(Trace::new().sampled()));
    client.get_quote(Context::new(), GetQuoteRequest::default()).await.expect("in the end");
    let places: Vec<_> = fake
        .get_quote
        .calls()
        .iter()
        .map(|call| TraceContext::parse(call.metadata().get("traceparent").expect("sent")).expect("valid"))
        .collect();
    let [first, second] = &places[..] else { panic!("two attempts, not {}", places.len()) };
    assert_eq!(first.trace_id(), second.trace_id());
    assert_ne!(first.span_id(), second.span_id());
    assert!(first.is_sampled());
}

#[tokio::test]
async fn a_span_ends_with_the_code_of_its_call() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false);
    let guard = listen(subscriber.with_span_events(FmtSpan::CLOSE).finish());
    let fake = StockServiceFake::new();
    fake.get_quote.fails(rust_svc::Error::not_found("no such symbol"));
    let chain = Chain::new().intercept(Trace::new());
    let routes = rust_svc::adapter::Routes::from(stock_service_adapter(Arc::new(fake))).chain(&chain);
    let client =
        StockServiceClient(Client::builder("http://stock").chain(&chain).build_from_service(routes).expect("a client"));
    let cx = Context::new().with_metadata("traceparent", PARENT).expect("metadata");
    client.get_quote(cx, GetQuoteRequest::default()).await.expect_err("unknown");
    drop(guard);
    let log = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("a text");
    let closed = |span: &str, kind: &str, fault: bool| {
        let lines = log.lines().filter(|line| line.contains("close"));
        let spans = lines.filter_map(|line| line.split_once("rust_svc::trace").map(|(spans, _)| spans));
        let last = spans
            .filter_map(|spans| spans.rsplit_once(&format!("{span}{{")))
            .filter(|(_, own)| own.contains(&format!("otel.kind=\"{kind}\"")) && own.ends_with("}: "));
        let own: Vec<_> = last.map(|(_, own)| own).filter(|own| own.matches("otel.kind").count() == 1).collect();
        assert_eq!(own.len(), 1, "{span} {kind} ends once:\n{log}");
        assert!(own[0].contains(r#"rpc.response.status_code="NOT_FOUND""#), "{}", own[0]);
        assert_eq!(own[0].contains(r#"otel.status_code="ERROR""#), fault, "{}", own[0]);
    };
    closed("rpc", "server", false);
    closed("attempt", "client", true);
    closed("rpc", "client", true);
}

#[tokio::test]
async fn the_access_log_has_the_configured_fields_only() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_writer(log.clone()).with_ansi(false).finish();
    let guard = listen(subscriber);
    let fake = StockServiceFake::new();
    fake.get_quote.fails(rust_svc::Error::internal("the database is on fire"));
    let chain = Chain::new().intercept(RequestId::new()).observe(AccessLog::new().metadata("X-Tenant"));
    let routes = rust_svc::adapter::Routes::from(stock_service_adapter(Arc::new(fake))).chain(&chain);
    let client = StockServiceClient(Client::from_service(routes));
    let cx = Context::new().with_timeout(Duration::from_secs(60));
    let cx = cx.with_metadata("x-tenant", "t 1").expect("metadata");
    let cx = cx.with_metadata("authorization", "Bearer hidden").expect("metadata");
    let cx = cx.with_metadata("x-request-id", "r-1").expect("metadata");
    client.get_quote(cx, GetQuoteRequest { symbol: "secret".into() }).await.expect_err("a fire");
    drop(guard);
    let log = String::from_utf8(log.0.lock().expect("no panic").clone()).expect("a text");
    let line = log.lines().find(|line| line.contains("rust_svc::access")).expect("a line");
    for part in [
        "ERROR",
        r#"side="server""#,
        r#"method="stock.v1.StockService/GetQuote""#,
        r#"code="INTERNAL""#,
        "duration_ms=",
        r#"request_id="r-1""#,
        r#"x-tenant=\"t 1\""#,
    ] {
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert!(!log.contains("hidden") && !log.contains("secret"), "{log}");
}
