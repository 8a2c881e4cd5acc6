//! Settings of how requests are routed and read, and of which headers pass.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, Response},
};
use rust_svc::{
    Context,
    gateway::{
        CapturedParameters, GatewayRoutes, GatewaySettings, NameList, TrustedProxies, UnknownParameters,
        route::Unescape,
    },
};
use tower::ServiceExt;

use crate::{
    http::body,
    remote::{is_remote, stock_gateway},
    stock::Shelf,
};

/// Sends a request to a gateway with changed settings. Returns the response, and the context that the service received.
async fn send(
    change: impl FnOnce(&mut GatewaySettings),
    request: http::request::Builder,
) -> (Response<Body>, Option<Context>) {
    let (shelf, mut settings) = (Arc::new(Shelf::default()), GatewaySettings::default());
    change(&mut settings);
    let routes = GatewayRoutes::from(stock_gateway(shelf.clone())).with_settings(settings);
    let request = request.body(Body::empty()).expect("a request");
    let response = routes.into_router().oneshot(request).await.expect("infallible");
    let cx = shelf.last.lock().expect("not poisoned").take();
    (response, cx)
}

#[tokio::test]
async fn unknown_parameters_are_refused_ignored_or_captured() {
    let path = "/v1/stock/a?colour=red&tags=1&utm_source=x+y&colour=&a..b=2";
    for (unknown, ignored, status) in [
        (UnknownParameters::Refuse, &[][..], 400),
        (UnknownParameters::Refuse, &["colour", "utm_*"], 400),
        (UnknownParameters::Ignore, &[], 200),
        (UnknownParameters::Capture, &["utm_*"], 200),
    ] {
        let change = |settings: &mut GatewaySettings| {
            settings.unknown_parameters = unknown;
            settings.ignored_parameters = ignored.iter().copied().collect();
        };
        let (response, cx) = send(change, Request::get(path)).await;
        assert_eq!(response.status().as_u16(), status, "{unknown:?} {ignored:?}");
        if status == 200 {
            assert_eq!(body(response).await, r#"{"productId":"a","tags":["1"]}"#);
        }
        if unknown == UnknownParameters::Capture && !is_remote() {
            let expected = [("colour", "red"), ("colour", ""), ("a..b", "2")];
            let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
            assert_eq!(cx.expect("called").value(), Some(&CapturedParameters(expected)));
        }
    }
    let listed = |settings: &mut GatewaySettings| settings.ignored_parameters = ["utm_*"].into();
    for (path, status) in
        [("/v1/stock/a?utm_source=x", 200), ("/v1/stock/a?utm=x", 400), ("/v1/stock:watch?UTM_X", 200)]
    {
        assert_eq!(send(listed, Request::get(path)).await.0.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn a_post_is_served_as_another_method_only_if_the_settings_say_so() {
    for (method, path, other, allowed, status) in [
        ("POST", "/v1/stock/a", "PURGE", true, 200),
        ("POST", "/v1/stock/a", "GET", true, 200),
        ("POST", "/v1/stock/a", "DELETE", true, 405),
        ("POST", "/v1/stock/a", "not a method", true, 405),
        ("POST", "/v1/stock/a", "PURGE", false, 405),
        ("PUT", "/v1/stock/a", "PURGE", true, 405),
        ("POST", "/v1/stock", "GET", true, 405),
        ("POST", "/v1/stock", "GET", false, 200),
    ] {
        let request = Request::builder().method(method).uri(path).header("X-HTTP-Method-Override", other);
        let (response, _) = send(|settings| settings.method_override = allowed, request).await;
        assert_eq!(response.status().as_u16(), status, "{method} {path} as {other}");
    }
}

#[tokio::test]
async fn the_unescape_mode_of_a_gateway_replaces_that_of_its_routes() {
    for (unescape, expected) in [
        (None, "a%2Fb%3Ac d"),
        (Some(Unescape::ExceptReserved), "a%2Fb%3Ac d"),
        (Some(Unescape::ExceptSlash), "a%2Fb:c d"),
        (Some(Unescape::All), "a/b:c d"),
    ] {
        let request = Request::get("/v1/files/a%2Fb%3Ac%20d");
        let (response, _) = send(|settings| settings.unescape = unescape, request).await;
        assert_eq!(body(response).await, format!(r#"{{"productId":"{expected}"}}"#), "{unescape:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_gateway_limits_the_duration_of_calls_and_streams() {
    let watch = "/v1/stock:watch?count=1&productId=hang";
    for (path, header, default, max, millis) in [
        ("/v1/stock/hang", None, None, Some(200), 200),
        ("/v1/stock/hang", Some(("grpc-timeout", "9S")), None, Some(200), 200),
        ("/v1/stock/hang", Some(("x-server-timeout", "0.1")), Some(300), Some(200), 100),
        ("/v1/stock/hang", Some(("request-timeout", "1")), Some(300), None, 1_000),
        ("/v1/stock/hang", None, Some(300), None, 300),
        ("/v1/slow/hang", None, Some(300), None, 50),
        (watch, None, None, Some(200), 200),
        (watch, Some(("connect-timeout-ms", "9000")), None, Some(200), 200),
        (watch, None, Some(300), Some(400), 300),
    ] {
        let change = |settings: &mut GatewaySettings| {
            settings.default_timeout = default.map(Duration::from_millis);
            settings.max_timeout = max.map(Duration::from_millis);
        };
        let start = tokio::time::Instant::now();
        let request = header.into_iter().fold(Request::get(path), |request, (name, value)| request.header(name, value));
        let (response, _) = send(change, request).await;
        let status = response.status().as_u16();
        let bytes = http_body_util::BodyExt::collect(response.into_body()).await;
        assert!(
            status == if path == watch { 200 } else { 504 } && bytes.is_err() == (path == watch),
            "{path}: {status}"
        );
        let elapsed = start.elapsed().as_millis();
        assert!((millis..millis + 150).contains(&elapsed), "{path} {header:?}: {elapsed} ms");
    }
}

#[tokio::test]
async fn headers_pass_as_the_settings_say() {
    let request = Request::get("/v1/stock/headers").header("x-tenant", "t").header("x-other", "o");
    let change = |settings: &mut GatewaySettings| {
        settings.request_headers = NameList::from(["x-tenant"]);
        settings.response_headers = NameList::from(["x-shelf"]);
        settings.hide_other_metadata = true;
    };
    let (response, cx) = send(change, request).await;
    let cx = cx.expect("called");
    assert_eq!((cx.metadata().get("x-tenant"), cx.metadata().get("x-other")), (Some("t"), None));
    assert_eq!(response.headers()["x-shelf"], "a\"b");
    assert!(response.headers().keys().all(|name| !name.as_str().starts_with("grpc-metadata-")));
}

#[tokio::test]
async fn only_trusted_proxies_name_the_client() {
    for (trusted, expected) in [
        (TrustedProxies::All, "6.6.6.6, 1.2.3.4, 10.0.0.1"),
        (TrustedProxies::only(["10.0.0.0/8"]).expect("a network"), "1.2.3.4, 10.0.0.1"),
        (TrustedProxies::only(["9.9.9.9"]).expect("an address"), "10.0.0.1"),
    ] {
        let peer = std::net::SocketAddr::from(([10, 0, 0, 1], 1234));
        let request = Request::get("/v1/stock/a").header("x-forwarded-for", "6.6.6.6, 1.2.3.4");
        let request = request.extension(axum::extract::ConnectInfo(peer));
        let (_, cx) = send(|settings| settings.trusted_proxies = trusted.clone(), request).await;
        assert_eq!(cx.expect("called").metadata().get("x-forwarded-for"), Some(expected), "{trusted:?}");
    }
}
