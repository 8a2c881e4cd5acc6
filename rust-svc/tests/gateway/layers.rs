//! Tower layers around the routes of a gateway: CORS, compression and limits of tower-http.

use std::{io::Read, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, header},
};
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use rust_svc::{Gateway, gateway::GatewayRoutes, route};
use tokio::time::timeout;
use tower::ServiceExt;
use tower_http::{
    compression::CompressionLayer,
    cors::{Any, CorsLayer},
    decompression::RequestDecompressionLayer,
    limit::RequestBodyLimitLayer,
};

use crate::stock::{CHECK, Shelf, StockService, stock_service_gateway};

async fn send(router: &Router, request: Request<Body>) -> Response<Body> {
    router.clone().oneshot(request).await.expect("infallible")
}

/// Returns a gateway with layers beside one without, and without a service of its own.
fn router(wrap: impl Fn(GatewayRoutes) -> GatewayRoutes) -> Router {
    let plain = Gateway::new(Arc::new(Shelf::default())).unary(
        CHECK,
        route::post("/v1/plain").body("*"),
        |it: &Shelf, cx, request| it.check(cx, request),
    );
    wrap(stock_service_gateway(Arc::new(Shelf::default())).into()).merge(plain).into_router()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = Vec::new();
    flate2::read::GzEncoder::new(text, flate2::Compression::default()).read_to_end(&mut packed).expect("packed");
    packed
}

fn post(path: &str, packed: Vec<u8>) -> Request<Body> {
    let request = Request::post(path).header("content-type", "application/json").header("content-encoding", "gzip");
    request.body(packed.into()).expect("a request")
}

#[tokio::test]
async fn cors_holds_for_the_routes_of_one_gateway() {
    let router = router(|routes| routes.layer(CorsLayer::new().allow_origin(Any).allow_methods(Any)));
    let ask = |method: &str, path: &str| {
        let request = Request::builder().method(method).uri(path).header("origin", "https://shop.example");
        let preflight = request.header("access-control-request-method", "PUT").body(Body::empty());
        send(&router, preflight.expect("a request"))
    };
    let allowed = |response: &Response<Body>| response.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN);
    let preflight = ask("OPTIONS", "/v1/stock/a/item").await;
    assert_eq!((preflight.status().as_u16(), allowed(&preflight)), (200, true));
    let methods = preflight.headers().get(header::ACCESS_CONTROL_ALLOW_METHODS);
    assert!(methods.is_some());
    assert!(allowed(&ask("GET", "/v1/stock/a").await));
    assert!(allowed(&ask("GET", "/v1/stock/missing").await), "errors can be read, too");
    assert!(!allowed(&ask("OPTIONS", "/v1/plain").await), "the other gateway has no CORS");
}

#[tokio::test]
async fn responses_are_compressed_and_streams_are_not_held_back() {
    let router = router(|routes| routes.layer(CompressionLayer::new()));
    let get = |path: &str| Request::get(path).header("accept-encoding", "gzip").body(Body::empty()).expect("a request");
    let response = send(&router, get(&format!("/v1/stock/{}", "x".repeat(2_000)))).await;
    assert_eq!(response.headers()[header::CONTENT_ENCODING], "gzip");
    let packed = response.into_body().collect().await.expect("a body").to_bytes();
    let mut text = String::new();
    GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("gzip");
    assert!(packed.len() < 200 && text.contains(&"x".repeat(2_000)), "{}", packed.len());

    let mut stream = send(&router, get("/v1/stock:watch?count=1&product_id=hang")).await.into_body();
    let mut packed = Vec::new();
    let mut text = String::new();
    while !text.contains("quantity") {
        let frame = timeout(Duration::from_secs(20), stream.frame()).await.expect("the message is not held back");
        packed.extend_from_slice(frame.expect("more").expect("a frame").data_ref().expect("data"));
        text.clear();
        // The stream has not ended, so that its end is missing.
        let _ = GzDecoder::new(&packed[..]).read_to_string(&mut text);
    }
    assert_eq!(text, "{\"quantity\":1}\n");
}

#[tokio::test]
async fn compressed_bodies_are_read_within_the_limit() {
    let router = router(|routes| routes.layer(RequestDecompressionLayer::new()));
    let response = send(&router, post("/v1/check", gzip(br#"{"itemId":"a","quantity":3}"#))).await;
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(&body[..], br#"{"itemId":"a","quantity":3}"#);
    let bomb = gzip(&vec![b' '; 50 << 20]);
    assert!(bomb.len() < 100_000);
    for (path, body, status) in [
        ("/v1/check", bomb, 413),
        ("/v1/check", b"not gzip".to_vec(), 400),
        ("/v1/plain", gzip(br#"{"itemId":"a"}"#), 415),
    ] {
        assert_eq!(send(&router, post(path, body)).await.status().as_u16(), status, "{path}");
    }
    let lines = gzip(b"{\"quantity\":1}\n{\"quantity\":2}\n");
    let response = send(&router, post("/v1/items:upload", lines)).await;
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    assert_eq!(&body[..], br#"{"quantity":3}"#);
}

#[tokio::test]
async fn bodies_are_limited_for_one_gateway() {
    let router = router(|routes| routes.layer(RequestBodyLimitLayer::new(20)));
    let body = r#"{"itemId":"a name of some length"}"#;
    let post = |path: &str| Request::post(path).header("content-type", "application/json").body(Body::from(body));
    assert_eq!(send(&router, post("/v1/check").expect("a request")).await.status().as_u16(), 413);
    assert_eq!(send(&router, post("/v1/plain").expect("a request")).await.status().as_u16(), 200);
}
