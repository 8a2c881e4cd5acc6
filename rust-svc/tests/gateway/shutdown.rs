//! Calls in progress when the server stops.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use rust_svc::{Gateway, Server, route};
use tokio::{io::AsyncWriteExt, sync::oneshot, task::JoinHandle};

use crate::{
    remote::stock_gateway,
    stock::{CHECK, Shelf, StockService},
    streams::{body, get, open, read_all, read_until},
};

const GONE: &str = r#"{"code":14,"message":"the server stops","details":[]}"#;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

async fn serve() -> Running {
    let server = Server::new().gateway(stock_gateway(Arc::new(Shelf::default())));
    let bound = server.shutdown_after(Duration::from_millis(50)).bind("127.0.0.1:0").await.expect("a free port");
    let (address, (stop, stopped)) = (bound.local_addr(), oneshot::channel());
    let ended = tokio::spawn(bound.run_until(async { drop(stopped.await) }));
    Running { address, stop, ended }
}

/// Returns the whole response to a request. The server stops once `before` has arrived.
async fn stopped(request: &str, before: &str) -> String {
    let server = serve().await;
    let mut socket = open(server.address, request).await;
    let first = read_until(&mut socket, before).await;
    server.stop.send(()).expect("a running server");
    let all = first + &read_all(&mut socket).await;
    server.ended.await.expect("an end");
    all
}

/// Two gateways whose routes have the same paths cannot be served together.
#[tokio::test]
async fn conflicting_routes_fail_at_bind_with_both_methods() {
    let check = Gateway::new(Arc::new(Shelf::default())).unary(
        CHECK,
        route::get("/v1/stock/{item_id}"),
        |it: &Shelf, cx, request| it.check(cx, request),
    );
    let server = Server::new().gateway(stock_gateway(Arc::new(Shelf::default()))).gateway(check);
    let error = server.bind("127.0.0.1:0").await.expect_err("a conflict").to_string();
    for expected in [
        "GET /v1/stock/{item_id} -> stock.v1.StockService/Check",
        "GET /v1/stock/{product_id} -> stock.v1.StockService/Echo matches the same paths",
    ] {
        assert!(error.contains(expected), "{error}");
    }
}

/// A body without a length that stops arriving.
#[tokio::test]
async fn a_body_that_stops_arriving_is_refused() {
    let server = Server::new().gateway(stock_gateway(Arc::new(Shelf::default())));
    let bound = server.receive_timeout(Duration::from_millis(50)).bind("127.0.0.1:0").await.expect("a free port");
    let address = bound.local_addr();
    tokio::spawn(bound.run_until(std::future::pending()));
    let head = |path: &str| {
        let headers = "host: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked";
        format!("POST {path} HTTP/1.1\r\n{headers}\r\n\r\n1\r\n{{\r\n")
    };
    let answer = read_all(&mut open(address, &head("/v1/stock")).await).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("the body broke off"), "{answer}");

    // Nothing of the body arrives, so that it may turn out empty.
    let silent = "POST /v1/items:upload HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let answer = read_all(&mut open(address, silent).await).await;
    assert!(answer.starts_with("HTTP/1.1 415 "), "{answer}");

    let mut stream = open(address, &head("/v1/items:upload")).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    stream.write_all(b"1\r\n}\r\n0\r\n\r\n").await.expect("the rest");
    assert!(read_until(&mut stream, "\r\n").await.starts_with("HTTP/1.1 200 "), "a stream may be silent");
}

#[tokio::test]
async fn a_stream_ends_with_an_error_as_its_last_line() {
    let first = "{\"quantity\":1}\n";
    let answer = stopped(&get("/v1/stock:watch?count=1&productId=hang", ""), first).await;
    assert_eq!(body(&answer), (format!("{first}{{\"error\":{GONE}}}\n"), false));
}

#[tokio::test]
async fn a_stream_of_events_ends_with_an_event() {
    let first = "id: 1\ndata: {\"quantity\":1}\n\n";
    let request = get("/v1/stock:watch?count=1&productId=hang", "accept: text/event-stream\r\n");
    let answer = stopped(&request, first).await;
    assert_eq!(body(&answer), (format!("{first}event: error\ndata: {GONE}\n\n"), true));
}

#[tokio::test]
async fn a_unary_call_is_unavailable_at_shutdown() {
    let answer = stopped(&get("/v1/stock/hang", ""), "").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with(GONE), "{answer}");
}
