//! A gateway in front of a remote service.

use std::{net::SocketAddr, sync::Arc};

use axum::{body::Body, http::Request};
use http_body_util::BodyExt;
use rust_svc::{Client, Context, Error, Method, Result, Streaming, async_trait};
use tokio::net::{TcpListener, TcpSocket};
use tower::ServiceExt;

use crate::stock::{Item, Query, StockService, Validated, stock_service_gateway};

const ECHO: Method = Method::unary("/stock.v1.StockService/Echo");

/// A client in the form of generated code.
struct Remote(Client, Method);

#[async_trait]
impl StockService for Remote {
    async fn echo(&self, cx: Context, request: Query) -> Result<Query> {
        self.0.unary(self.1, cx, request).await
    }

    async fn check(&self, _: Context, _: Validated) -> Result<Item> {
        Err(Error::unimplemented("Check"))
    }

    async fn watch(&self, _: Context, _: Query) -> Result<Streaming<Item>> {
        Err(Error::unimplemented("Watch"))
    }

    async fn replay(&self, _: Context, _: Query) -> Result<Streaming<Query>> {
        Err(Error::unimplemented("Replay"))
    }

    async fn upload(&self, _: Context, _: Streaming<Item>) -> Result<Item> {
        Err(Error::unimplemented("Upload"))
    }

    async fn chat(&self, _: Context, _: Streaming<Item>) -> Result<Streaming<Item>> {
        Err(Error::unimplemented("Chat"))
    }
}

/// Returns the HTTP status and the code of a response of a gateway in front of this address.
async fn ask(address: SocketAddr, method: Method) -> (u16, String) {
    let client = Client::new(format!("http://{address}")).expect("an address");
    let router = stock_service_gateway(Arc::new(Remote(client, method))).into_router();
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
