//! A gateway in front of a remote service.

use std::{net::SocketAddr, sync::Arc};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::{Client, Method};
use tokio::net::{TcpListener, TcpSocket};
use tower::ServiceExt;

use crate::{
    remote::StockServiceClient,
    stock::{ECHO, stock_service_gateway},
};

/// Returns the HTTP status and the code of a response of a gateway in front of this address.
async fn ask(address: SocketAddr, method: Method) -> (u16, String) {
    let client = Client::builder(format!("http://{address}")).method(method).build().expect("an address");
    let router = stock_service_gateway(Arc::new(StockServiceClient(client))).into_router();
    let request = Request::get("/v1/stock/a").body(Body::empty()).expect("a request");
    let response = router.oneshot(request).await.expect("infallible");
    let (status, kind) = (response.status().as_u16(), response.headers()["content-type"].clone());
    assert_eq!(kind, "application/json");
    let body = response.into_body().collect().await.expect("a body").to_bytes();
    let text = String::from_utf8(body.to_vec()).expect("UTF-8");
    (status, text.split(',').next().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_service_that_refuses_connections_is_unavailable() {
    // The port is reserved, and refuses connections because nothing listens.
    let unconnectable = TcpSocket::new_v4().expect("a socket");
    unconnectable.bind(([127, 0, 0, 1], 0).into()).expect("a free port");
    assert_eq!(
        ask(unconnectable.local_addr().expect("bound"), ECHO.timeout_ms(20_000)).await,
        (503, r#"{"code":14"#.to_owned())
    );
}

#[tokio::test]
async fn a_silent_service_exceeds_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    assert_eq!(ask(silent.local_addr().expect("bound"), ECHO.timeout_ms(50)).await, (504, r#"{"code":4"#.to_owned()));
}
