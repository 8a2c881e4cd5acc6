//! Panics of handlers, in metrics.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use rust_svc::{gateway::GatewayRoutes, intercept::Chain, observe::Metrics};
use tower::ServiceExt;

use crate::{
    remote::{is_remote, stock_gateway},
    stock::Shelf,
};

#[tokio::test]
async fn panics_are_counted_by_method() {
    let metrics = Metrics::new();
    let routes = GatewayRoutes::from(stock_gateway(Arc::new(Shelf::default())));
    let router = routes.chain(&Chain::new().observe(metrics.clone())).into_router();
    for product in ["broken", "panic", "panic"] {
        let request = Request::get(format!("/v1/stock/{product}")).body(Body::empty()).expect("a request");
        assert_eq!(router.clone().oneshot(request).await.expect("infallible").status(), 500);
    }
    if is_remote() {
        // The server of the service counts them.
        return;
    }
    let line = r#"rpc_server_panics_total{rpc_system_name="grpc",rpc_method="stock.v1.StockService/Echo"} 2"#;
    assert!(metrics.text().contains(line), "{}", metrics.text());
}
