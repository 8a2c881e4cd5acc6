//! Any bytes as an HTTP request to a gateway: a line such as `GET /v1/messages/a?count=1`, and a body of JSON behind it.
//!
//! No request may panic or be an internal error, and what is not refused is answered in JSON.

#![no_main]

use std::sync::{Arc, LazyLock};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use interop::{gateway::EchoServer, generated::echo::echo::v1::echo_service_gateway};
use libfuzzer_sys::fuzz_target;
use rust_svc::gateway::MatchedRoute;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

/// The most bytes that are read of a response, since a stream may have billions of messages.
const MOST: usize = 64 << 10;

static GATEWAY: LazyLock<Router> = LazyLock::new(|| echo_service_gateway(Arc::new(EchoServer)).into_router());
static RUNTIME: LazyLock<Runtime> =
    LazyLock::new(|| Builder::new_current_thread().enable_all().build().expect("a runtime"));

fuzz_target!(|bytes: &[u8]| {
    if let Some(request) = request(bytes) {
        RUNTIME.block_on(check(request));
    }
});

/// Returns the request; `None` if the line is not one of HTTP.
fn request(bytes: &[u8]) -> Option<Request<Body>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (method, target) = std::str::from_utf8(&bytes[..end]).ok()?.split_once(' ')?;
    let request = Request::builder().method(method).uri(target).header("content-type", "application/json");
    request.body(Body::from(bytes[end + 1..].to_vec())).ok()
}

async fn check(request: Request<Body>) {
    let response = GATEWAY.clone().oneshot(request).await.expect("a router does not fail");
    let status = response.status().as_u16();
    // The code of this route's error is in its path.
    let route = response.extensions().get::<MatchedRoute>();
    let may_fail = route.is_some_and(|route| route.template == "/v1/errors/{code}");
    let is_json = response.headers().get("content-type").is_some_and(|it| it == "application/json");
    assert!(may_fail || status < 500 || status == 501, "{status}");
    if let Ok(body) = to_bytes(response.into_body(), MOST).await
        && is_json
        && !body.is_empty()
    {
        serde_json::from_slice::<serde_json::Value>(&body).expect("JSON");
    }
}
