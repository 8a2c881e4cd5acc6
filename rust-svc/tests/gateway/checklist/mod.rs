//! The rules of `google.api.http` and of JSON, one case a line. Each case has the number of its rule.

mod bodies;
mod errors;
mod json;

mod paths;
mod properties;
mod query;
mod templates;

use axum::{Router, body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::{
    gateway::{GatewayRoutes, GatewaySettings, MatchedRoute, Route},
    route,
};
use tower::ServiceExt;

use crate::{
    remote::Unary,
    stock::{ECHO, Query},
};

/// A response, and the template that its request matched.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) template: &'static str,
    pub(crate) body: String,
}

/// Serves a method that returns its request.
pub(crate) fn echo(routes: &[Route], settings: GatewaySettings) -> Router {
    let gateway = Unary::gateway(ECHO, routes, |_, request: Query| Box::pin(async move { Ok(request) }));
    GatewayRoutes::from(gateway).with_settings(settings).into_router()
}

/// Sends a request such as `PUT /v1/stock {"count":1}`.
pub(crate) async fn send(router: &Router, request: &str) -> Reply {
    let mut words = request.splitn(3, ' ');
    let mut word = || words.next().unwrap_or_default();
    let request = Request::builder().method(word()).uri(word()).header("content-type", "application/json");
    let request = request.body(Body::from(word().to_owned())).expect("a request");
    let response = router.clone().oneshot(request).await.expect("infallible");
    let template = response.extensions().get().map_or("", |route: &MatchedRoute| route.template);
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    Reply { status, template, body: String::from_utf8(body.to_vec()).expect("UTF-8") }
}

/// Checks each request: status 200 has exactly this body, another status a body that contains this text.
async fn check(router: &Router, cases: &[(&str, &str, u16, &str)]) {
    for (rule, request, status, expected) in cases {
        let Reply { status: found, body, .. } = send(router, request).await;
        let holds = if *status == 200 { body == *expected } else { body.contains(expected) };
        assert!(found == *status && holds, "{rule}: {request}: {found} {body}");
    }
}

/// Serves a method at one template, by `GET`.
fn at(template: &'static str) -> Router {
    echo(&[route::get(template)], GatewaySettings::default())
}
