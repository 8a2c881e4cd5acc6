//! HTTP and gRPC on one port.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, extract::ConnectInfo, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    raw,
    support::{start, start_with},
};

/// Sends an HTTP/1 request and returns status and body.
pub(crate) async fn fetch(address: SocketAddr, path: &str) -> (u16, String) {
    exchange(address, &format!("GET {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n")).await
}

async fn exchange(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut text = String::new();
    stream.read_to_string(&mut text).await.expect("an answer");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    (head.split(' ').nth(1).expect("a status").parse().expect("a number"), body.to_owned())
}

#[tokio::test]
async fn http_and_grpc_share_a_port() {
    let whoami = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
    let server = start_with(|server| server.http(Router::new().route("/whoami", get(whoami)))).await;
    assert_eq!(fetch(server.address, "/whoami").await, (200, "127.0.0.1".into()));
    assert_eq!(fetch(server.address, "/nope").await.0, 404);
    assert_eq!(server.client().await.one("a").await.expect("an answer"), "a");

    let request = http::Request::builder().uri("http://test/whoami");
    let over_http2 = raw::exchange(server.address, request, "").await;
    assert_eq!((over_http2.status.as_u16(), &over_http2.data[..]), (200, &b"127.0.0.1"[..]));
}

#[tokio::test]
async fn health_is_served_over_http() {
    let mut server = start_with(|server| server.lame_duck(Duration::from_secs(600))).await;
    assert_eq!(fetch(server.address, "/healthz").await, (200, "SERVING\n".into()));
    server.stop();
    tokio::task::yield_now().await;
    while fetch(server.address, "/healthz").await.0 == 200 {}
    assert_eq!(fetch(server.address, "/healthz").await, (503, "NOT_SERVING\n".into()));
}

#[tokio::test]
async fn adapters_convert_to_axum_routers() {
    use crate::echo::{Parrot, echo_adapter};
    let (events, _) = tokio::sync::mpsc::unbounded_channel();
    let router = echo_adapter(std::sync::Arc::new(Parrot(events))).into_router();
    let router = router.merge(Router::new().fallback(|| async { "fallback" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async { axum::serve(listener, router).await });
    assert_eq!(fetch(address, "/any").await, (200, "fallback".into()));
    let answer = raw::exchange(address, raw::request("/test.v1.Echo/Unary"), raw::frame("a")).await;
    assert_eq!(answer.grpc().0, "0");
    let unknown = raw::exchange(address, raw::request("/test.v1.Echo/Nope"), raw::frame("a")).await;
    assert_eq!(unknown.grpc().0, "12");
}

#[tokio::test]
async fn grpc_over_http1_is_refused() {
    let server = start().await;
    let request = "POST /test.v1.Echo/Unary HTTP/1.0\r\ncontent-type: application/grpc\r\n\r\n";
    assert_eq!(exchange(server.address, request).await, (505, "gRPC needs HTTP/2\n".into()));
    assert_eq!(fetch(server.address, "/test.v1.Echo/Unary").await.0, 405);
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let server = start().await;
    assert_eq!(fetch(server.address, "/").await.0, 404);
}
