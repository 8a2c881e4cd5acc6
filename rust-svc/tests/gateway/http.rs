//! Requests and responses, without a socket.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
};
use http_body_util::BodyExt;
use rust_svc::{Gateway, gateway, route};
use tower::ServiceExt;

use crate::{
    remote::{is_remote, stock_gateway, stock_service},
    stock::{ECHO, Shelf, StockService, stock_service_gateway},
};

fn router() -> Router {
    stock_gateway(Arc::new(Shelf::default())).into_router()
}

pub(crate) async fn send(request: Request<Body>) -> Response<Body> {
    router().oneshot(request).await.expect("infallible")
}

pub(crate) async fn body(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.expect("whole body").to_bytes();
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

pub(crate) async fn get(path: &str) -> (u16, String) {
    let response = send(Request::get(path).body(Body::empty()).expect("a request")).await;
    (response.status().as_u16(), body(response).await)
}

pub(crate) async fn with_body(method: &str, path: &str, json: &str) -> (u16, String) {
    let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
    let response = send(request.body(Body::from(json.to_owned())).expect("a request")).await;
    (response.status().as_u16(), body(response).await)
}

/// Checks each path: status 200 has exactly this body, another status a body that contains this text.
pub(crate) async fn check_gets(cases: &[(&str, u16, &str)]) {
    for (path, status, expected) in cases {
        let (found, body) = get(path).await;
        assert_eq!(found, *status, "{path}: {body}");
        let holds = if *status == 200 { body == *expected } else { body.contains(expected) };
        assert!(holds, "{path}: {body}");
    }
}

pub(crate) async fn check_bodies(cases: &[(&str, &str, &str, u16, &str)]) {
    for (method, path, json, status, expected) in cases {
        let (found, body) = with_body(method, path, json).await;
        assert_eq!(found, *status, "{method} {path} {json}: {body}");
        let holds = if *status == 200 { body == *expected } else { body.contains(expected) };
        assert!(holds, "{method} {path} {json}: {body}");
    }
}

#[tokio::test]
async fn response_body_prints_one_field() {
    check_gets(&[
        ("/v1/answers/tags?tags=a&tags=b", 200, r#"["a","b"]"#),
        ("/v1/answers/tags", 200, "[]"),
        ("/v1/answers/item?item.quantity=1", 200, r#"{"quantity":1}"#),
        ("/v1/answers/item", 200, "null"),
        ("/v1/answers/name?name=x", 200, r#""x""#),
        ("/v1/answers/name", 200, "null"),
    ])
    .await;
}

#[tokio::test]
async fn other_methods_get_405_with_allow() {
    let call = async |method: &str, path: &str| {
        let response = send(Request::builder().method(method).uri(path).body(Body::empty()).expect("a request")).await;
        let allow = response.headers().get("allow").map(|it| it.to_str().expect("ASCII").to_owned());
        (response.status().as_u16(), allow.unwrap_or_default(), body(response).await)
    };
    let (status, allow, error) = call("DELETE", "/v1/stock/a").await;
    assert_eq!((status, &*allow), (405, "GET, HEAD, OPTIONS, PURGE"));
    assert!(error.contains(r#""code":12"#), "{error}");
    assert_eq!(call("OPTIONS", "/v1/stock/a").await, (204, "GET, HEAD, OPTIONS, PURGE".into(), String::new()));
    assert_eq!(call("OPTIONS", "/v1/nowhere").await.0, 404);
    assert_eq!(call("HEAD", "/v1/stock/a").await, (200, String::new(), String::new()));
    assert_eq!(call("PURGE", "/v1/stock/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(call("FOO", "/v1/any/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(call("OPTIONS", "/v1/any/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(call("GET", "/v1/stock/a:set").await.2, r#"{"productId":"a:set"}"#);
    assert_eq!(call("GET", "/v1/check").await.1, "OPTIONS, POST");
}

#[tokio::test]
async fn content_types_other_than_json_get_415() {
    for (kind, encoding, json, status) in [
        ("application/json", "", "{}", 200),
        ("application/json; charset=UTF-8", "", "{}", 200),
        ("APPLICATION/JSON", "identity", "{}", 200),
        ("application/merge-patch+json", "", "{}", 200),
        ("text/plain", "", "{}", 415),
        ("", "", "{}", 415),
        ("", "", "", 200),
        ("application/x-www-form-urlencoded", "", "a=b", 415),
        ("application/json; charset=latin1", "", "{}", 415),
        ("application/json", "gzip", "{}", 415),
        ("text/json", "", "{}", 415),
    ] {
        let mut request = Request::post("/v1/stock");
        for (name, value) in [("content-type", kind), ("content-encoding", encoding)] {
            if !value.is_empty() {
                request = request.header(name, value);
            }
        }
        let response = send(request.body(Body::from(json)).expect("a request")).await;
        assert_eq!(response.status().as_u16(), status, "{kind} {encoding} {json}");
    }
    let large = format!(r#"{{"productId":"{}"}}"#, "x".repeat(5 << 20));
    let (status, error) = with_body("POST", "/v1/stock", &large).await;
    assert_eq!(status, 413, "{error}");
    assert!(error.contains(r#""code":8"#), "{error}");
}

#[tokio::test]
async fn errors_have_the_status_of_their_code() {
    for (number, status) in [
        (1, 499),
        (2, 500),
        (3, 400),
        (4, 504),
        (5, 404),
        (6, 409),
        (7, 403),
        (8, 429),
        (9, 400),
        (10, 409),
        (11, 400),
        (12, 501),
        (13, 500),
        (14, 503),
        (15, 500),
        (16, 401),
    ] {
        let (found, error) = get(&format!("/v1/stock/code-{number}")).await;
        assert_eq!(found, status);
        assert_eq!(error, format!(r#"{{"code":{number},"message":"as asked","details":[]}}"#));
    }
    let details = |body: &str, details: &str| format!(r#"{{{body},"details":[{details}]}}"#);
    check_gets(&[
        (
            "/v1/stock/missing",
            404,
            &details(
                r#""code":5,"message":"no such product""#,
                r#"{"@type":"type.googleapis.com/stock.v1.Item","quantity":7}"#,
            ),
        ),
        (
            "/v1/stock/unknown-detail",
            409,
            &details(r#""code":10,"message":"again""#, r#"{"@type":"type.googleapis.com/other.Type","value":"AQI="}"#),
        ),
        ("/v1/stock/broken", 500, r#"{"code":13,"message":"internal error","details":[]}"#),
        ("/v1/stock/panic", 500, r#"{"code":13,"message":"internal error","details":[]}"#),
        ("/v1/stock/late", 500, r#"{"code":13,"message":"internal error","details":[]}"#),
    ])
    .await;
    let response = send(Request::get("/v1/stock/busy").body(Body::empty()).expect("a request")).await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(response.headers()["retry-after"], "2");
    assert!(body(response).await.contains(r#"google.rpc.RetryInfo","retryDelay":"1.500s""#));
}

/// An empty body may be chunked, so that its length is not known in advance.
#[tokio::test]
async fn an_empty_body_needs_no_content_type() {
    for (path, chunks, status) in [
        ("/v1/stock", &[][..], 200),
        ("/v1/stock", &[""][..], 200),
        ("/v1/items:upload", &[], 200),
        ("/v1/items:upload", &[""], 200),
        ("/v1/stock", &["", "{}"], 415),
        ("/v1/items:upload", &["", "{}"], 415),
    ] {
        let chunks = chunks.iter().map(|chunk| Ok::<_, std::convert::Infallible>(*chunk));
        let body = Body::from_stream(futures::stream::iter(chunks.collect::<Vec<_>>()));
        let response = send(Request::post(path).body(body).expect("a request")).await;
        assert_eq!(response.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn an_unauthenticated_caller_gets_a_challenge() {
    for (code, challenge) in [(16, Some("Bearer")), (7, None)] {
        let request = Request::get(format!("/v1/stock/code-{code}")).body(Body::empty()).expect("a request");
        let response = send(request).await;
        let found = response.headers().get("www-authenticate").map(|it| it.to_str().expect("ASCII"));
        assert_eq!(found, challenge, "{code}");
    }
}

#[tokio::test]
async fn responses_and_handlers_have_the_matched_route() {
    let shelf = Arc::new(Shelf::default());
    let router = stock_gateway(shelf.clone()).into_router();
    let request = Request::head("/v1/stock/a").body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    let seen = (!is_remote()).then(|| cx.value::<gateway::MatchedRoute>().expect("a route"));
    for matched in seen.into_iter().chain(response.extensions().get()) {
        assert_eq!((matched.method, matched.kind, matched.template), (ECHO, "GET", "/v1/stock/{product_id}"));
    }
    assert!(response.extensions().get::<gateway::MatchedRoute>().is_some());
}

#[tokio::test]
async fn metadata_passes_both_ways() {
    let shelf = Arc::new(Shelf::default());
    let request = Request::get("/v1/stock/headers")
        .header("grpc-metadata-x-tenant", "t")
        .header("grpc-metadata-grpcgateway-authorization", "spoof")
        .header("authorization", "Bearer x")
        .header("x-http-method-override", "DELETE");
    let router = stock_gateway(shelf.clone()).into_router();
    let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
    assert_eq!(response.headers()["grpc-metadata-x-shelf"], "a\"b");
    assert_eq!(response.headers()["grpc-metadata-x-raw-bin"], "Af8=");
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    assert_eq!(cx.metadata().get("x-tenant"), Some("t"));
    assert_eq!(cx.metadata().get("authorization"), Some("Bearer x"));
    let own = cx.metadata().iter().filter(|(key, _)| *key != "user-agent");
    assert_eq!(own.count(), 2, "{:?}", cx.metadata());
    assert!(cx.is_cancelled(), "the call is over");
}

#[tokio::test(start_paused = true)]
async fn deadlines_come_from_the_header_and_the_contract() {
    let asked = async |path: &str, timeout: &str| {
        let request = Request::get(path).header("grpc-timeout", timeout).body(Body::empty()).expect("a request");
        let response = send(request).await;
        (response.status().as_u16(), body(response).await)
    };
    assert_eq!(asked("/v1/stock/hang", "100m").await.0, 504);
    assert_eq!(asked("/v1/stock/a", "0n").await.0, 504);
    assert_eq!(asked("/v1/stock/a", "99999999H").await.0, 200);
    for malformed in ["abc", "-1S", "100000000S", "1"] {
        assert_eq!(asked("/v1/stock/a", malformed).await.0, 400, "{malformed}");
    }
    assert_eq!(get("/v1/slow/hang").await.0, 504);
    assert_eq!(asked("/v1/slow/hang", "1H").await.0, 504, "a caller waits no longer than the contract says");
    assert_eq!(asked("/v1/slow/hang", "1m").await.0, 504);
}

#[tokio::test]
async fn invalid_and_conflicting_routes_are_reported_together() {
    let service = Arc::new(Shelf::default());
    let one = || {
        Gateway::new(service.clone())
            .unary(ECHO, route::get("/v1/stock/{name}"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::get("/v1/x/{nothing}"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::get("/v1/{"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::post("/v1/y").body("nothing"), |it: &Shelf, cx, request| it.echo(cx, request))
            .unary(ECHO, route::get("/v1/z").response_body("nothing"), |it: &Shelf, cx, request| it.echo(cx, request))
    };
    let routes = gateway::GatewayRoutes::from(stock_gateway(service.clone())).merge(one());
    let error = routes.try_into_router().expect_err("five faults").to_string();
    for expected in [
        "GET /v1/stock/{name} -> stock.v1.StockService/Echo: GET /v1/stock/{product_id} -> stock.v1.StockService/Echo matches the same paths",
        "the request has no field `nothing`",
        "the name of a field is missing here (at byte 5 of the path template)",
        "the request has no field `nothing` for the body",
        "the response has no field `nothing`",
    ] {
        assert!(error.contains(expected), "{expected} in {error}");
    }
}

#[tokio::test]
async fn a_trait_object_is_served() {
    let service: Arc<dyn StockService> = Arc::new(Shelf::default());
    let response = stock_service_gateway(service).into_router();
    let response = response.oneshot(Request::get("/v1/stock/a").body(Body::empty()).expect("a request")).await;
    assert_eq!(body(response.expect("infallible")).await, r#"{"productId":"a"}"#);
}

#[tokio::test]
async fn each_gateway_keeps_its_own_settings() {
    let echo = |template| {
        let service = Gateway::new(stock_service(Arc::new(Shelf::default())));
        gateway::GatewayRoutes::from(service.unary(ECHO, route::get(template), |it, cx, request| it.echo(cx, request)))
    };
    let mut settings = gateway::GatewaySettings::default();
    settings.print.proto_names = true;
    let routes = echo("/v1/a/{product_id}").merge(echo("/v1/b/{product_id}").with_settings(settings));
    let router = routes.into_router();
    for (path, expected) in [("/v1/a/x", r#"{"productId":"x"}"#), ("/v1/b/x", r#"{"product_id":"x"}"#)] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        assert_eq!(body(router.clone().oneshot(request).await.expect("infallible")).await, expected);
    }
}

#[tokio::test]
async fn settings_change_parsing_and_printing() {
    let mut settings = gateway::GatewaySettings::default();
    settings.print.proto_names = true;
    settings.unknown_parameters = gateway::UnknownParameters::Ignore;
    settings.parse.ignore_unknown = true;
    settings.max_message_bytes = 32;
    let routes = gateway::GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).with_settings(settings);
    let router = routes.into_router();
    let post = |json: &str| {
        let request = Request::post("/v1/stock?x=1").header("content-type", "application/json");
        router.clone().oneshot(request.body(Body::from(json.to_owned())).expect("a request"))
    };
    let response = post(r#"{"productId":"a","x":1}"#).await.expect("infallible");
    assert_eq!(body(response).await, r#"{"product_id":"a"}"#);
    let response = post(&" ".repeat(33)).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
