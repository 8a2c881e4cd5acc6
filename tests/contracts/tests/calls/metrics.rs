//! Metrics of calls.

use std::{sync::Arc, time::Duration};

use http_body_util::BodyExt as _;
use rust_svc::{
    Client, Code, Context, Server,
    intercept::{Chain, RequestId},
    observe::Metrics,
};
use tower::ServiceExt as _;

use crate::golden::{
    stock::stock::v1::{
        GetQuoteRequest, Quote, StockService, StockServiceClient, StockServiceFake, stock_service,
        stock_service_adapter,
    },
    user::user::v1::{User, UserServiceFake, user_service_gateway},
};

pub(crate) async fn served(fake: &StockServiceFake, chain: &Chain) -> String {
    let server = Server::new().adapter(stock_service_adapter(Arc::new(fake.clone()))).chain(chain);
    let bound = server.bind("127.0.0.1:0").await.expect("a free port");
    let address = format!("http://{}", bound.local_addr());
    tokio::spawn(bound.run_until(std::future::pending()));
    address
}

pub(crate) fn client(address: &str, chain: &Chain) -> StockServiceClient {
    let retried = stock_service::GET_QUOTE.no_side_effects();
    StockServiceClient(Client::builder(address).chain(chain).method(retried).build().expect("an address"))
}

pub(crate) fn quote() -> Quote {
    Quote { symbol: "TEA".into(), price: 4.0 }
}

/// The value of the only series with this name and all of these labels.
fn value(metrics: &Metrics, number: &str) -> Option<f64> {
    let (name, labels) = number.split_once('{').expect("labels");
    let (text, labels) = (metrics.text(), labels.strip_suffix('}').expect("the end of the labels"));
    let mut values = text.lines().filter_map(|line| {
        let (known, value) = line.strip_prefix(name)?.strip_prefix('{')?.rsplit_once('}')?;
        let has_all = labels.split(',').all(|label| known.split(',').any(|known| known == label));
        has_all.then(|| value.trim().parse().expect("a number"))
    });
    let value = values.next();
    assert_eq!(values.next(), None, "{number} is there twice:\n{text}");
    value
}

fn labels(method: &str, code: &str) -> String {
    format!(
        r#"{{rpc_system_name="grpc",rpc_method="stock.v1.StockService/{method}",rpc_response_status_code="{code}"}}"#
    )
}

/// A server reports the end of a call once its last byte is sent, which may be after the client has read it.
async fn until(what: impl Fn() -> bool) {
    let wait = async {
        while !what() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.expect("it happens");
}

#[tokio::test]
async fn calls_and_attempts_are_counted_by_method_and_code() {
    let (near, far) = (Metrics::new(), Metrics::new());
    let fake = StockServiceFake::new();
    let address = served(&fake, &Chain::new().observe(far.clone())).await;
    let client = client(&address, &Chain::new().observe(near.clone()));

    fake.get_quote.fails(rust_svc::Error::unavailable("starting"));
    fake.get_quote.returns(quote());
    assert_eq!(client.get_quote(Context::new(), GetQuoteRequest::default()).await.expect("in the end"), quote());
    fake.get_quote.fails(rust_svc::Error::not_found("no such symbol"));
    client.get_quote(Context::new(), GetQuoteRequest::default()).await.expect_err("unknown");

    let count =
        |metrics, name: &str, code| value(metrics, &format!("{name}_seconds_count{}", labels("GetQuote", code)));
    assert_eq!(count(&near, "rpc_client_call_duration", "OK"), Some(1.0));
    assert_eq!(count(&near, "rpc_client_call_duration", "NOT_FOUND"), Some(1.0));
    assert_eq!(count(&near, "rpc_client_call_duration", "UNAVAILABLE"), None, "the call was a success");
    assert_eq!(count(&near, "rpc_client_attempt_duration", "OK"), Some(1.0));
    assert_eq!(count(&near, "rpc_client_attempt_duration", "UNAVAILABLE"), Some(1.0));
    let retries = r#"rpc_client_retries_total{rpc_system_name="grpc",rpc_method="stock.v1.StockService/GetQuote"}"#;
    assert_eq!(value(&near, retries), Some(1.0));
    until(|| count(&far, "rpc_server_call_duration", "NOT_FOUND") == Some(1.0)).await;
    assert_eq!(count(&far, "rpc_server_call_duration", "OK"), Some(1.0));
    assert_eq!(count(&far, "rpc_server_call_duration", "UNAVAILABLE"), Some(1.0));
    let active = r#"rpc_server_active_calls{rpc_system_name="grpc",rpc_method="stock.v1.StockService/GetQuote"}"#;
    assert_eq!(value(&far, active), Some(0.0));
    assert!(far.text().contains(r#"le="0.005""#) && far.text().ends_with("# EOF\n"), "{}", far.text());
}

#[tokio::test]
async fn metrics_have_the_server_address_and_error_type() {
    let (near, far) = (Metrics::new(), Metrics::new());
    let fake = StockServiceFake::new();
    let addresses = [served(&fake, &Chain::new().observe(far.clone())).await, served(&fake, &Chain::new()).await];
    for address in &addresses {
        fake.get_quote.fails(rust_svc::Error::not_found("no such symbol"));
        let client = client(address, &Chain::new().observe(near.clone()));
        client.get_quote(Context::new(), GetQuoteRequest::default()).await.expect_err("unknown");
    }
    let method = r#"rpc_system_name="grpc",rpc_method="stock.v1.StockService/GetQuote""#;
    let end = r#"rpc_response_status_code="NOT_FOUND""#;
    for address in &addresses {
        let port = address.rsplit(':').next().expect("a port");
        let server = format!(r#"server_address="127.0.0.1",server_port="{port}""#);
        for name in ["rpc_client_call_duration", "rpc_client_attempt_duration"] {
            let line = format!(r#"{name}_seconds_count{{{method},{server},{end},error_type="NOT_FOUND"}} 1"#);
            assert!(near.text().contains(&line), "{line}: {}", near.text());
        }
        for name in ["rpc_client_active_calls", "rpc_client_retries_total"] {
            let line = format!("{name}{{{method},{server}}} 0");
            assert!(near.text().contains(&line), "{line}: {}", near.text());
        }
    }
    let line = &format!("rpc_server_call_duration_seconds_count{{{method},{end}}} 1");
    until(|| far.text().contains(line)).await;
}

struct PanickingObserver;

impl rust_svc::intercept::Observer for PanickingObserver {
    fn began(&self, _: &rust_svc::intercept::Call) {
        panic!("began");
    }

    fn ended(&self, _: &rust_svc::intercept::Call, _: &rust_svc::intercept::Outcome) {
        panic!("ended");
    }

    fn breaker_state_changed(&self, _: &rust_svc::intercept::BreakerStateChange) {
        panic!("moved");
    }
}

#[tokio::test]
async fn an_observer_that_panics_harms_neither_calls_nor_other_observers() {
    let metrics = Metrics::new();
    let fake = StockServiceFake::new();
    let address = served(&fake, &Chain::new()).await;
    let client =
        client(&address, &Chain::new().observe(PanickingObserver).observe(metrics.clone()).observe(PanickingObserver));
    fake.get_quote.returns(quote());
    assert_eq!(client.get_quote(Context::new(), GetQuoteRequest::default()).await.expect("a quote"), quote());
    client.0.breaker(&stock_service::GET_QUOTE).expect("it has one").force_open();
    let number = |name: &str| value(&metrics, &format!(r#"{name}{{rpc_method="stock.v1.StockService/GetQuote"}}"#));
    assert_eq!((number("rpc_client_active_calls"), number("rpc_client_breaker_state")), (Some(0.0), Some(2.0)));
}

#[tokio::test]
async fn a_call_is_active_until_its_stream_ends() {
    let metrics = Metrics::new();
    let fake = StockServiceFake::new();
    let address = served(&fake, &Chain::new()).await;
    let client = client(&address, &Chain::new().observe(metrics.clone()));
    let active = r#"rpc_client_active_calls{rpc_system_name="grpc",rpc_method="stock.v1.StockService/WatchQuotes"}"#;
    fake.watch_quotes.send(quote()).end();
    let mut quotes = client.watch_quotes(Context::new(), Default::default()).await.expect("a stream");
    assert_eq!(value(&metrics, active), Some(1.0));
    quotes.next().await.expect("one").expect("a quote");
    assert!(quotes.next().await.is_none());
    assert_eq!(value(&metrics, active), Some(0.0));
    let count = format!("rpc_client_call_duration_seconds_count{}", labels("WatchQuotes", "OK"));
    assert_eq!(value(&metrics, &count), Some(1.0));
}

#[tokio::test]
async fn a_breaker_reports_its_state_changes() {
    let metrics = Metrics::new();
    let client = client("http://127.0.0.1:1", &Chain::new().observe(metrics.clone()));
    let labels = r#"{rpc_system_name="grpc",rpc_method="stock.v1.StockService/GetQuote",server_address="127.0.0.1",server_port="1"}"#;
    let state = &format!("rpc_client_breaker_state{labels}");
    let breaker = client.0.breaker(&stock_service::GET_QUOTE).expect("it has one");
    breaker.force_open();
    assert_eq!(value(&metrics, state), Some(2.0));
    assert_eq!(value(&metrics, &format!("rpc_client_breaker_opened_total{labels}")), Some(1.0));
    let error = client.get_quote(Context::new(), GetQuoteRequest::default()).await.expect_err("open");
    assert_eq!(error.code(), Code::Unavailable);
    assert!(!metrics.text().contains("rpc_client_attempt_duration_seconds_count"), "nothing was attempted");
    breaker.reset();
    assert_eq!(value(&metrics, state), Some(0.0));
}

#[tokio::test]
async fn messages_are_counted_on_both_sides() {
    let (near, far) = (Metrics::new(), Metrics::new());
    let fake = StockServiceFake::new();
    let address = served(&fake, &Chain::new().observe(far.clone())).await;
    let client = client(&address, &Chain::new().observe(near.clone()));
    fake.watch_quotes.send(quote()).send(quote()).end();
    let quotes = client.watch_quotes(Context::new(), Default::default()).await.expect("a stream");
    assert_eq!(quotes.collect().await.expect("all of it").len(), 2);
    let count = |metrics, name: &str| {
        let labels = r#"{rpc_system_name="grpc",rpc_method="stock.v1.StockService/WatchQuotes"}"#;
        value(metrics, &format!("{name}_total{labels}"))
    };
    assert_eq!(count(&near, "rpc_client_sent_messages"), Some(1.0));
    assert_eq!(count(&near, "rpc_client_received_messages"), Some(2.0));
    until(|| count(&far, "rpc_server_sent_messages") == Some(2.0)).await;
    assert_eq!(count(&far, "rpc_server_received_messages"), Some(1.0));
}

#[tokio::test]
async fn unknown_method_names_share_one_label() {
    let metrics = Metrics::new();
    let routes = rust_svc::adapter::Routes::from(stock_service_adapter(Arc::new(StockServiceFake::new())));
    let routes = routes.chain(&Chain::new().observe(metrics.clone()));
    let client = Client::from_service(routes);
    for path in ["/stock.v1.StockService/Nothing", "/stock.v1.Nothing/GetQuote", "/a/b"] {
        let method = rust_svc::Method::unary(path).no_breaker();
        let answer: rust_svc::Result<Quote> = client.unary(method, Context::new(), GetQuoteRequest::default()).await;
        assert_eq!(answer.expect_err("unknown").code(), Code::Unimplemented);
    }
    let other = r#"{rpc_system_name="grpc",rpc_method="_OTHER",rpc_response_status_code="UNIMPLEMENTED"}"#;
    assert_eq!(value(&metrics, &format!("rpc_server_call_duration_seconds_count{other}")), Some(3.0));
    assert!(!metrics.text().contains("Nothing"), "{}", metrics.text());
}

#[tokio::test]
async fn expired_calls_are_observed() {
    let metrics = Metrics::new();
    let routes = rust_svc::adapter::Routes::from(stock_service_adapter(Arc::new(StockServiceFake::new())));
    let routes = routes.chain(&Chain::new().intercept(RequestId::new()).observe(metrics.clone()));
    for (timeout, status) in [("0n", "4"), ("0H", "4"), ("soon", "3")] {
        let request = http::Request::post("/stock.v1.StockService/GetQuote");
        let request = request.header("content-type", "application/grpc").header("grpc-timeout", timeout);
        let request = request.body(axum::body::Body::empty()).expect("a request");
        let response = routes.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.headers()["grpc-status"], status);
        assert!(response.headers().contains_key("x-request-id"), "{:?}", response.headers());
    }
    let active = r#"rpc_server_active_calls{rpc_system_name="grpc",rpc_method="stock.v1.StockService/GetQuote"}"#;
    assert_eq!(value(&metrics, active), Some(0.0));
    let count = |code| format!("rpc_server_call_duration_seconds_count{}", labels("GetQuote", code));
    assert_eq!(value(&metrics, &count("DEADLINE_EXCEEDED")), Some(2.0));
    assert_eq!(value(&metrics, &count("INVALID_ARGUMENT")), Some(1.0));
}

#[tokio::test]
async fn abandoned_attempts_are_counted() {
    let metrics = Metrics::new();
    let fake = StockServiceFake::new();
    let address = served(&fake, &Chain::new()).await;
    let client = client(&address, &Chain::new().observe(metrics.clone()));
    fake.get_quote.returns_with(|_| std::future::pending());
    let call = || client.get_quote(Context::new(), GetQuoteRequest::default());
    tokio::time::timeout(Duration::from_millis(50), call()).await.expect_err("it hangs");
    let cx = Context::new().with_timeout(Duration::from_millis(50));
    client.get_quote(cx, GetQuoteRequest::default()).await.expect_err("it hangs");
    let count = |code| format!("rpc_client_attempt_duration_seconds_count{}", labels("GetQuote", code));
    assert_eq!(value(&metrics, &count("CANCELLED")), Some(1.0));
    assert_eq!(value(&metrics, &count("DEADLINE_EXCEEDED")), Some(1.0));
}

#[tokio::test]
async fn requests_over_http_are_counted_by_their_route() {
    let metrics = Metrics::new();
    let fake = UserServiceFake::new();
    fake.get_user.returns(User::default());
    fake.get_user.fails(rust_svc::Error::not_found("no such user"));
    let routes = rust_svc::gateway::GatewayRoutes::from(user_service_gateway(Arc::new(fake)));
    let gateway = routes.chain(&Chain::new().observe(metrics.clone())).into_router();
    for (method, path) in [
        ("GET", "/v1/users/ada"),
        ("GET", "/v1/users/bob"),
        ("GET", "/v1/users/b%zz"),
        ("BREW", "/x/1"),
        ("BREW", "/x/2"),
    ] {
        let request = http::Request::builder().method(method).uri(path).body(axum::body::Body::empty());
        let response = gateway.clone().oneshot(request.expect("a request")).await.expect("infallible");
        response.into_body().collect().await.expect("a body");
    }
    let count = |method: &str, route: &str, status: u16| {
        let labels = format!(
            r#"http_request_method="{method}",url_scheme="http",http_route="{route}",http_response_status_code="{status}""#
        );
        value(&metrics, &format!("http_server_request_duration_seconds_count{{{labels}}}"))
    };
    assert_eq!(count("GET", "/v1/users/{user_id}", 200), Some(1.0));
    assert_eq!(count("GET", "/v1/users/{user_id}", 404), Some(1.0));
    assert_eq!(count("GET", "", 400), Some(1.0));
    assert_eq!(count("_OTHER", "", 404), Some(2.0));
    let active = r#"http_server_active_requests{http_request_method="GET",url_scheme="http"}"#;
    assert_eq!(value(&metrics, active), Some(0.0));
    assert!(!metrics.text().contains("rpc_server_call_duration_seconds_count"), "it is no call of gRPC");
}
