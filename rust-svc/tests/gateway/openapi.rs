//! The OpenAPI document and its page.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use rust_svc::gateway::{GatewayRoutes, OpenApi};
use tower::ServiceExt;

use crate::{http::body, remote::stock_gateway, stock::Shelf};

const DOCUMENT: &str = r#"{"openapi":"3.1.0"}"#;

async fn send(document: OpenApi, method: &str, path: &str) -> (u16, String, String) {
    let gateway = GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default())));
    let router = GatewayRoutes::new().openapi(document).merge(gateway).into_router();
    let request = Request::builder().method(method).uri(path).body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    let status = response.status().as_u16();
    let kind = response.headers().get("content-type").map(|kind| kind.to_str().expect("ASCII").to_owned());
    (status, kind.unwrap_or_default(), body(response).await)
}

#[tokio::test]
async fn the_document_is_beside_the_routes() {
    let document = || OpenApi::new(DOCUMENT);
    let json = |path| send(document(), "GET", path);
    assert_eq!(json("/openapi.json").await, (200, "application/json".into(), DOCUMENT.into()));
    assert_eq!(json("/v1/stock/a").await.2, r#"{"productId":"a"}"#);
    assert_eq!(send(document(), "POST", "/openapi.json").await.0, 404);
    assert_eq!(send(document(), "HEAD", "/openapi.json").await.0, 200);
    let moved = document().at("/v1/stock/api").page_at("/v1/page");
    assert_eq!(send(moved.clone(), "GET", "/v1/stock/api").await.2, DOCUMENT, "it precedes a route");
    assert!(send(moved, "GET", "/v1/page").await.2.contains(r#"data-document="../v1/stock/api""#));
    assert_eq!(send(OpenApi::new("openapi: 3.1.0\n"), "GET", "/openapi.yaml").await.1, "application/yaml");
}

#[tokio::test]
async fn the_page_uses_nothing_from_elsewhere() {
    let (status, kind, page) = send(OpenApi::new(DOCUMENT), "GET", "/docs").await;
    assert_eq!((status, &*kind), (200, "text/html; charset=utf-8"));
    assert!(page.contains(r#"data-document="openapi.json""#));
    for foreign in ["http:", "https:", "src=", "@import", "innerHTML"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert_eq!(send(OpenApi::new(DOCUMENT).without_page(), "GET", "/docs").await.0, 404);
    assert_eq!(send(OpenApi::new("openapi: 3.1.0\n"), "GET", "/docs").await.0, 404, "the page reads only JSON");
}
