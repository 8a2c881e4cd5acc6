//! Settings that change how requests are read, and presets for compatibility with other gateways.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::gateway::{GatewayRoutes, GatewaySettings};
use tower::ServiceExt;

use crate::{remote::stock_gateway, stock::Shelf};

/// Returns the status, the content type and the body of a response.
async fn send(settings: GatewaySettings, method: &str, target: &str, json: &str) -> (u16, String, String) {
    let routes = GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).with_settings(settings);
    let request = Request::builder().method(method).uri(target).header("content-type", "application/json");
    let request = request.body(Body::from(json.to_owned())).expect("a request");
    let response = routes.into_router().oneshot(request).await.expect("infallible");
    assert!(response.status() != 501 || !response.headers().contains_key("allow"));
    let kind = response.headers()["content-type"].to_str().expect("ASCII").to_owned();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    (status, kind, String::from_utf8(body.to_vec()).expect("UTF-8"))
}

#[tokio::test]
async fn the_preset_google_answers_as_googles_apis() {
    for (method, target, json, status, expected) in [
        ("GET", "/v1/stock/code-5", "", 404, r#"{"error":{"code":404,"message":"as asked","status":"NOT_FOUND"}}"#),
        ("GET", "/v1/stock/a?color=1&$alt=json%3Benum-encoding%3Dint", "", 200, r#"{"productId":"a","color":1}"#),
        ("GET", "/v1/counts/1/True/7", "", 200, r#"{"count":"1","fresh":true,"color":7}"#),
        (
            "GET",
            "/v1/stock/a?updateMask=labels%2CversionAliases",
            "",
            200,
            r#"{"productId":"a","updateMask":"labels,versionAliases"}"#,
        ),
        ("GET", "/v1/stock:watch?count=2", "", 200, "[{\"quantity\":1},\n{\"quantity\":2}]"),
        (
            "DELETE",
            "/v1/stock/a",
            "",
            405,
            r#"{"error":{"code":405,"message":"the path takes GET, HEAD, OPTIONS, PURGE only","status":"UNIMPLEMENTED"}}"#,
        ),
    ] {
        let found = send(GatewaySettings::google(), method, target, json).await;
        assert_eq!(found, (status, "application/json".into(), expected.into()), "{target}");
    }
}

#[tokio::test]
async fn the_preset_grpc_gateway_answers_as_grpc_gateway() {
    let stock = r#"{"productId":"a","count":"0","fresh":false,"item":null"#;
    for (method, target, json, status, expected) in [
        ("GET", "/v1/stock/a?fresh=false", "", 200, stock),
        ("GET", "/v1/stock/a?fresh=false&productId=b&nothing=1", "", 200, stock),
        ("GET", "/v1/stock/a?fresh=false&product_id=b", "", 200, stock),
        ("POST", "/v1/stock", r#"{"productId":"a","fresh":false,"nothing":1}"#, 200, stock),
        ("POST", "/v1/stock/a:set?count=1&productId=b", r#"{"fresh":false}"#, 200, stock),
        ("PUT", "/v1/stock/a/item?fresh=false&item.quantity=1", "null", 200, stock),
        ("GET", "/v1/stock/a?color=PINK", "", 400, r#"{"code":3,"message":"color: must be a name of its enum""#),
        ("GET", "/v1/stock:watch?count=1", "", 200, "{\"result\":{\"itemId\":\"\",\"quantity\":1,"),
        ("DELETE", "/v1/stock/a", "", 501, r#"{"code":12,"message":"Method Not Allowed","details":[]}"#),
        ("GET", "/v1/stock/code-5", "", 404, r#"{"code":5,"message":"as asked","details":[]}"#),
    ] {
        let (found, kind, body) = send(GatewaySettings::grpc_gateway(), method, target, json).await;
        assert_eq!((found, &*kind), (status, "application/json"), "{target}: {body}");
        assert!(body.starts_with(expected), "{target}: {body}");
    }
}

#[tokio::test]
async fn the_preset_grpc_gateway_passes_permanent_headers() {
    let shelf = Arc::new(Shelf::default());
    let settings = GatewaySettings::grpc_gateway();
    let routes = GatewayRoutes::from(stock_gateway(shelf.clone())).with_settings(settings);
    let request = Request::get("/v1/stock/a").header("user-agent", "curl").header("x-own", "1");
    let request = request.header("authorization", "Bearer x").body(Body::empty()).expect("a request");
    assert_eq!(routes.into_router().oneshot(request).await.expect("infallible").status(), 200);
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    let get = |key: &str| cx.metadata().get(key).map(str::to_owned);
    assert_eq!(get("grpcgateway-user-agent").as_deref(), Some("curl"));
    assert_eq!(get("grpcgateway-authorization"), get("authorization"));
    assert_eq!((get("x-own"), get("grpcgateway-x-own")), (None, None));
}

#[tokio::test]
async fn forms_are_read_only_if_the_settings_say_so() {
    for (path, form, status, expected) in [
        ("/v1/stock", "product_id=a+b&tags=1&tags=%26", 200, r#"{"productId":"a b","tags":["1","&"]}"#),
        ("/v1/stock", "item.quantity=2&labels[k]=v", 200, r#"{"item":{"quantity":2},"labels":{"k":"v"}}"#),
        ("/v1/stock/a:set", "count=1", 200, r#"{"productId":"a","count":"1"}"#),
        ("/v1/stock/a:set", "product_id=b", 400, "product_id: is given more than once"),
        ("/v1/stock", "nothing=1", 400, "nothing: is not a field of the request"),
        ("/v1/stock", "count=x", 400, "count: must be a whole number"),
        ("/v1/stock", "tags=%zz", 400, "hexadecimal"),
        ("/v1/stock", "", 200, "{}"),
    ] {
        for form_bodies in [true, false] {
            let mut settings = GatewaySettings::default();
            settings.form_bodies = form_bodies;
            let routes = GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default()))).with_settings(settings);
            let request =
                Request::post(path).header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
            let request = request.body(Body::from(form)).expect("a request");
            let response = routes.into_router().oneshot(request).await.expect("infallible");
            let found = response.status().as_u16();
            let body = response.into_body().collect().await.expect("a body").to_bytes();
            let body = String::from_utf8(body.to_vec()).expect("UTF-8");
            if form_bodies {
                assert!(found == status && body.contains(expected), "{form}: {found} {body}");
            } else {
                assert_eq!(found, if form.is_empty() { 200 } else { 415 }, "{form}");
            }
        }
    }
}

#[tokio::test]
async fn a_trailing_slash_is_ignored_only_if_the_settings_say_so() {
    for (path, status) in [("/v1/stock/a/", 200), ("/v1/stock/a//", 404), ("/v1/nowhere/", 404), ("/v1/files/a/", 200)]
    {
        for trailing_slash in [true, false] {
            let mut settings = GatewaySettings::default();
            settings.trailing_slash = trailing_slash;
            let (found, ..) = send(settings, "GET", path, "").await;
            assert_eq!(found, if trailing_slash { status } else { 404 }, "{path}");
        }
    }
}
