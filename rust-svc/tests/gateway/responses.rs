//! The status, headers and error formats of responses.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::{
    Context, Error, Gateway, Violation,
    gateway::{self, ErrorFormat, GatewayRoutes, GatewaySettings, StreamFormat},
    route,
};
use tower::ServiceExt;

use crate::{
    remote::{Unary, stock_gateway},
    stock::{ECHO, Item, Query, Shelf},
};

/// Returns the status, the headers as text and the body of a response.
async fn get(router: Router, path: &str) -> (u16, String, String) {
    let request = Request::get(path).body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    let headers =
        response.headers().iter().map(|(name, value)| format!("{name}: {}\n", value.to_str().expect("ASCII")));
    let (status, headers) = (response.status().as_u16(), headers.collect());
    let body = response.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    (status, headers, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

/// Serves handlers that set metadata of their responses.
fn with_headers(headers: &'static [(&str, &str)]) -> Router {
    let set_headers = move |cx: Context, request: Query| async move {
        headers.iter().try_for_each(|(key, value)| cx.set_header(key, *value))?;
        Ok(request)
    };
    let routes = [route::get("/v1/{product_id}")];
    Unary::gateway(ECHO, &routes, move |cx, request| Box::pin(set_headers(cx, request))).into_router()
}

#[tokio::test]
async fn handlers_set_the_status_and_plain_headers() {
    let created = &[("x-http-code", "201"), ("location", "/v1/a"), ("x-own", "1"), ("cache-control", "no-cache")];
    let (status, headers, body) = get(with_headers(created), "/v1/a").await;
    assert_eq!((status, &*body), (201, r#"{"productId":"a"}"#));
    for expected in ["location: /v1/a\n", "grpc-metadata-x-own: 1\n", "cache-control: no-cache\n"] {
        assert!(headers.contains(expected), "{headers}");
    }
    assert!(!headers.contains("x-http-code"), "{headers}");
    for status in ["204", "304"] {
        let headers = Box::leak(Box::new([("x-http-code", status), ("etag", "\"1\"")]));
        let (found, headers, body) = get(with_headers(headers), "/v1/a").await;
        assert_eq!((found.to_string().as_str(), &*body), (status, ""));
        assert!(headers.contains("etag: \"1\"\n") && !headers.contains("content-type"), "{headers}");
    }
    for invalid in ["99", "101", "600", "x", ""] {
        let headers = Box::leak(Box::new([("x-http-code", invalid)]));
        assert_eq!(get(with_headers(headers), "/v1/a").await.0, 200, "{invalid}");
    }
}

#[tokio::test]
async fn a_response_with_an_etag_is_not_sent_to_a_caller_that_has_it() {
    for (field, known, status, tag) in [
        ("1", "", 200, Some("W/\"1\"")),
        ("1", "W/\"1\"", 304, Some("W/\"1\"")),
        ("1", "\"0\", \"1\"", 304, Some("W/\"1\"")),
        ("1", "*", 304, Some("W/\"1\"")),
        ("1", "W/\"2\"", 200, Some("W/\"1\"")),
        ("%221%22", "\"1\"", 304, Some("\"1\"")),
        ("", "*", 200, None),
        ("a%0Ab", "*", 200, None),
    ] {
        let routes = [route::get("/v1/items/{etag=**}"), route::post("/v1/items/{etag=**}")];
        let gateway = Unary::gateway(ECHO, &routes, |_, request: Item| Box::pin(async { Ok(request) }));
        let router = gateway.into_router();
        for (method, status, tag) in [("GET", status, tag), ("POST", 200, None)] {
            let request = Request::builder().method(method).uri(format!("/v1/items/{field}"));
            let request = request.header("if-none-match", known).body(Body::empty()).expect("a request");
            let response = router.clone().oneshot(request).await.expect("infallible");
            let found = response.headers().get("etag").map(|tag| tag.to_str().expect("ASCII"));
            assert_eq!((response.status().as_u16(), found), (status, tag), "{method} {field} {known}");
            let has_type = response.headers().contains_key("content-type");
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            assert_eq!((body.is_empty(), !has_type), (status == 304, status == 304), "{method} {field} {known}");
        }
    }
}

fn with_errors(errors: ErrorFormat) -> Router {
    let mut settings = GatewaySettings::default();
    settings.errors = errors;
    GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).with_settings(settings).into_router()
}

#[tokio::test]
async fn each_error_format_has_its_own_body() {
    let detail = r#"{"@type":"type.googleapis.com/stock.v1.Item","quantity":7}"#;
    for (errors, kind, expected) in [
        (ErrorFormat::Status, "application/json", r#"{"code":5,"message":"no such product","details":[DETAIL]}"#),
        (
            ErrorFormat::Google,
            "application/json",
            r#"{"error":{"code":404,"message":"no such product","status":"NOT_FOUND","details":[DETAIL]}}"#,
        ),
        (
            ErrorFormat::Problem,
            "application/problem+json",
            r#"{"type":"about:blank","title":"Not Found","status":404,"detail":"no such product","code":"NOT_FOUND","details":[DETAIL]}"#,
        ),
        (
            ErrorFormat::custom("text/plain", |error, status| format!("{status} {}", error.message()).into_bytes())
                .expect("a content type"),
            "text/plain",
            "404 no such product",
        ),
    ] {
        let (status, headers, body) = get(with_errors(errors), "/v1/stock/missing").await;
        assert_eq!((status, body), (404, expected.replace("DETAIL", detail)));
        assert!(headers.contains(&format!("content-type: {kind}\n")), "{headers}");
    }
}

/// An error of HTTP, such as 405, has its own status in the body too.
#[tokio::test]
async fn errors_without_a_route_have_the_format_of_the_gateway() {
    let request = Request::delete("/v1/stock/a").body(Body::empty()).expect("a request");
    let response = with_errors(ErrorFormat::Problem).oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), 405);
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    assert!(body.contains(r#""title":"Method Not Allowed","status":405,"#), "{body}");
}

#[tokio::test]
async fn violations_of_a_problem_have_json_pointers() {
    let router = with_errors(ErrorFormat::Problem);
    let request = Request::post("/v1/stock").header("content-type", "application/json");
    let request = request.body(Body::from(r#"{"items":[{},{"quantity":"x"}]}"#)).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), 400);
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let body = String::from_utf8(body.to_vec()).expect("UTF-8");
    assert!(
        body.contains(r##""errors":[{"pointer":"#/items/1/quantity","field":"items[1].quantity","detail":"##),
        "{body}"
    );
}

#[tokio::test]
async fn debug_info_is_not_sent() {
    let gateway = Unary::gateway(ECHO, &[route::get("/v1/a")], |_, _: Query| {
        Box::pin(async {
            let url = "type.googleapis.com/google.rpc.DebugInfo".to_owned();
            let error = Error::aborted("again").with_any(rust_svc::Any { type_url: url, value: vec![1] });
            let error = error.with_violations([Violation::new("a", "b")]).with_retry_delay(Duration::from_secs(1));
            Err::<Query, _>(error)
        })
    });
    let router = gateway.into_router();
    let (status, _, body) = get(router, "/v1/a").await;
    assert_eq!(status, 409);
    assert!(!body.contains("DebugInfo") && body.contains("BadRequest") && body.contains("RetryInfo"), "{body}");
}

#[tokio::test]
async fn the_default_format_of_streams_is_a_setting() {
    for (format, kind, expected) in [
        (StreamFormat::Lines, "application/x-ndjson", "{\"quantity\":1}\n"),
        (StreamFormat::Array, "application/json", "[{\"quantity\":1}]"),
        (StreamFormat::Events, "text/event-stream", "id: 1\ndata: {\"quantity\":1}\n\n"),
        (StreamFormat::ResultLines, "application/json", "{\"result\":{\"quantity\":1}}\n"),
    ] {
        let mut settings = GatewaySettings::default();
        settings.streams = format;
        let routes = GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).with_settings(settings);
        let (status, headers, body) = get(routes.into_router(), "/v1/stock:watch?count=1").await;
        assert_eq!((status, &*body), (200, expected), "{format:?}");
        assert!(headers.contains(&format!("content-type: {kind}\n")), "{headers}");
    }
}

#[tokio::test]
async fn routes_set_the_status_and_headers() {
    let headers = &[("location", "/v1/items/{item_id}?q={quantity}"), ("cache-control", "max-age=60")];
    let created = route::post("/v1/items").body("*").status(201).headers(headers);
    let routes = [created, route::delete("/v1/items/{item_id}").status(204), route::get("/v1/old").status(303)];
    let add = |gateway: Gateway<()>, route: &gateway::Route| {
        gateway.unary(ECHO, *route, |(), cx, request: Item| {
            Box::pin(async move {
                if request.quantity == 2 {
                    cx.set_header("x-http-code", "202")?;
                    cx.set_header("location", "/v1/elsewhere")?;
                }
                Ok(request)
            })
        })
    };
    let router = routes.iter().fold(Gateway::new(Arc::new(())), add).into_router();
    for (method, path, body, status, location, length) in [
        ("POST", "/v1/items", r#"{"itemId":"a b/\u00e4","quantity":3}"#, 201, "/v1/items/a%20b/%C3%A4?q=3", 32),
        ("POST", "/v1/items", r#"{"quantity":2}"#, 202, "/v1/elsewhere", 14),
        ("POST", "/v1/items", "{}", 201, "/v1/items/?q=0", 2),
        ("DELETE", "/v1/items/a", "", 204, "", 0),
        ("GET", "/v1/old", "", 303, "", 2),
    ] {
        let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.body(Body::from(body)).expect("a request");
        let response = router.clone().oneshot(request).await.expect("infallible");
        let found = response.headers().get("location").map_or("", |value| value.to_str().expect("ASCII")).to_owned();
        let status_found = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body").to_bytes();
        assert_eq!((status_found, &*found, body.len()), (status, location, length), "{method} {path}");
    }
    for wrong in [route::get("/v1/a").status(404), route::get("/v1/a").headers(&[("location", "{nothing}")])] {
        assert!(GatewayRoutes::from(add(Gateway::new(Arc::new(())), &wrong)).try_into_router().is_err());
    }
}
