//! Headers of responses, and of errors in particular.

use std::sync::Arc;

use axum::{
    body::Body,
    http::{Request, Response, StatusCode, header},
};
use http_body_util::BodyExt;
use rust_svc::{
    Gateway, Result, async_trait, gateway,
    intercept::{Call, Chain, Interceptor, RateLimit, RequestId, Stage},
    route,
};
use tower::ServiceExt;

use crate::{
    remote::stock_gateway,
    stock::{ECHO, Query, Shelf},
};

/// An error carries the headers of its call, as in gRPC.
#[tokio::test]
async fn headers_set_before_an_error_are_sent() {
    let values = |response: &Response<Body>, name: &str| {
        let values = response.headers().get_all(name).iter();
        values.map(|value| value.to_str().expect("ASCII").to_owned()).collect::<Vec<_>>()
    };
    let path = "/v1/stock/headers,%20then%20error";
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let router = stock_gateway(Arc::new(Shelf::default())).into_router();
    let response = router.oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::CONFLICT);
    assert_eq!(values(&response, "grpc-metadata-x-shelf"), ["1"]);
    assert_eq!(values(&response, "grpc-metadata-x-both"), ["header", "both"]);
}

/// Sets a header, also for requests without a route.
struct SetHeader;

#[async_trait]
impl Interceptor for SetHeader {
    fn stage(&self) -> Stage {
        Stage::Correlation
    }

    fn before_sync(&self, call: &mut Call) -> Option<Result<()>> {
        Some(call.cx().set_header("x-name", "1"))
    }

    async fn before(&self, _: &mut Call) -> Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn headers_of_interceptors_are_sent_with_every_error() {
    let chain =
        Chain::new().intercept(SetHeader).intercept(RequestId::new()).intercept(RateLimit::per_second(1).burst(1));
    let routes = gateway::GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).chain(&chain);
    let router = routes.into_router();
    for (path, status, has_passed) in [
        ("/v1/stock/code-5", 404, true),
        ("/v1/stock/limited", 429, true),
        ("/v1/stock/a?colour=1", 400, false),
        ("/v1/nowhere", 404, false),
    ] {
        let request = Request::get(path).header("x-request-id", "mine").body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("infallible");
        assert_eq!(
            (response.status().as_u16(), response.headers().contains_key("grpc-metadata-x-name")),
            (status, true),
            "{path}"
        );
        let id = response.headers().get("grpc-metadata-x-request-id");
        assert_eq!(id.is_some_and(|id| id == "mine"), has_passed, "{path}");
    }
}

#[tokio::test]
async fn trailers_of_a_unary_call_are_headers() {
    let router = stock_gateway(Arc::new(Shelf::default())).into_router();
    for (path, status, cost) in [("/v1/stock/trailers", 200, "3"), ("/v1/stock/trailers,%20then%20error", 409, "4")] {
        let request = Request::get(path).body(Body::empty()).expect("a request");
        let response = router.clone().oneshot(request).await.expect("infallible");
        assert_eq!(response.status(), status, "{path}");
        assert_eq!(response.headers()["grpc-trailer-x-cost"], cost, "{path}");
    }
}

#[tokio::test]
async fn trailers_of_a_stream_follow_it_if_the_caller_reads_them() {
    for (accepts, expected) in [("trailers", Some("5")), ("deflate, Trailers;q=0.5", None), ("gzip", None)] {
        let request = Request::get("/v1/stock:watch?count=1&productId=trailers").header("te", accepts);
        let router = stock_gateway(Arc::new(Shelf::default())).into_router();
        let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("infallible");
        let body = response.into_body().collect().await.expect("a body");
        let cost = body.trailers().and_then(|trailers| trailers.get("grpc-trailer-x-cost"));
        assert_eq!(cost.map(|cost| cost.to_str().expect("ASCII")), expected, "{accepts}");
    }
}

/// Over HTTP/2 the host of a request is its `:authority`.
#[tokio::test]
async fn the_forwarded_host_is_the_authority_over_http2() {
    for (target, host, expected) in [
        ("http://shop.example/v1/stock/a", None, Some("shop.example")),
        ("/v1/stock/a", Some("old.example"), Some("old.example")),
        ("/v1/stock/a", None, None),
    ] {
        let shelf = Arc::new(Shelf::default());
        let mut request = Request::get(target).body(Body::empty()).expect("a request");
        request.headers_mut().extend(host.map(|host| (header::HOST, host.parse().expect("a host"))));
        let router = stock_gateway(shelf.clone()).into_router();
        assert_eq!(router.oneshot(request).await.expect("infallible").status(), 200);
        let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
        assert_eq!(cx.metadata().get("x-forwarded-host"), expected);
    }
}

/// The baggage of an HTTP request is that of its call.
#[tokio::test]
async fn baggage_reaches_the_handler() {
    let service = Gateway::new(Arc::new(Shelf::default()));
    let service = service.unary(ECHO, route::get("/v1/baggage"), |_, cx, query: Query| {
        Box::pin(async move { Ok(Query { product_id: cx.child().baggage().to_string(), ..query }) })
    });
    let router = gateway::GatewayRoutes::from(service).into_router();
    for (headers, expected) in [
        (&["tenant=Nuts%20%26%20Bolts;p=1, x = 2"][..], "tenant=Nuts%20&%20Bolts;p=1,x=2"),
        (&["a=1", "b=2"], "a=1,b=2"),
        (&["malformed, a=1, b"], "a=1"),
        (&["malformed"], ""),
        (&[], ""),
    ] {
        let request = Request::get("/v1/baggage");
        let request = headers.iter().fold(request, |request, value| request.header("baggage", *value));
        let response = router.clone().oneshot(request.body(Body::empty()).expect("a request")).await;
        let body = response.expect("infallible").into_body().collect().await.expect("a body").to_bytes();
        let expected = if expected.is_empty() { "{}".to_owned() } else { format!(r#"{{"productId":"{expected}"}}"#) };
        assert_eq!(body, expected.as_bytes(), "{headers:?}");
    }
}
