//! Streams over real sockets.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::body::Body;
use http_body_util::BodyExt;
use rust_svc::{Gateway, Streaming, route};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tower::ServiceExt;

use crate::{
    remote::{is_remote, stock_gateway},
    stock::{Item, Query, Shelf, WATCH},
};

/// The limit of each wait, after which a test fails.
const TIMEOUT: Duration = Duration::from_secs(20);

async fn serve() -> (SocketAddr, Arc<Shelf>) {
    let shelf = Arc::new(Shelf::default());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("bound");
    let router = stock_gateway(shelf.clone()).into_router();
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (address, shelf)
}

pub(crate) async fn open(address: SocketAddr, request: &str) -> TcpStream {
    let mut socket = TcpStream::connect(address).await.expect("connected");
    socket.write_all(request.as_bytes()).await.expect("sent");
    socket
}

/// Reads until the text contains `end`.
pub(crate) async fn read_until(socket: &mut TcpStream, end: &str) -> String {
    let (mut all, mut chunk) = (Vec::new(), [0; 4096]);
    while !String::from_utf8_lossy(&all).contains(end) {
        let count = timeout(TIMEOUT, socket.read(&mut chunk)).await.expect("in time").expect("readable");
        assert!(count > 0, "ended before {end:?}: {}", String::from_utf8_lossy(&all));
        all.extend_from_slice(&chunk[..count]);
    }
    String::from_utf8(all).expect("UTF-8")
}

/// Reads until the server closes the connection.
pub(crate) async fn read_all(socket: &mut TcpStream) -> String {
    let mut all = String::new();
    timeout(TIMEOUT, socket.read_to_string(&mut all)).await.expect("in time").expect("readable");
    all
}

pub(crate) fn get(path: &str, more: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{more}\r\n")
}

fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/x-ndjson\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

/// Returns the data of a chunked body, and whether it has its last chunk.
pub(crate) fn body(response: &str) -> (String, bool) {
    let (_, mut rest) = response.split_once("\r\n\r\n").expect("headers");
    let mut data = String::new();
    while let Some((size, after)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).expect("a chunk's size");
        if size == 0 {
            return (data, true);
        }
        data += &after[..size];
        rest = &after[size + 2..];
    }
    (data, false)
}

#[tokio::test]
async fn each_message_is_a_line() {
    let (address, _) = serve().await;
    let response = read_all(&mut open(address, &get("/v1/stock:watch?count=3", "")).await).await;
    assert!(response.contains("content-type: application/x-ndjson"), "{response}");
    assert_eq!(body(&response), ("{\"quantity\":1}\n{\"quantity\":2}\n{\"quantity\":3}\n".into(), true));
}

#[tokio::test]
async fn messages_are_sent_at_once() {
    let (address, shelf) = serve().await;
    let mut socket = open(address, &get("/v1/stock:watch?count=2&productId=hang", "")).await;
    read_until(&mut socket, "{\"quantity\":2}\n").await;
    drop(socket);
    timeout(TIMEOUT, shelf.gone.notified()).await.expect("the stream is dropped when the caller goes away");
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    timeout(TIMEOUT, cx.cancelled()).await.expect("cancelled");
}

#[tokio::test]
async fn an_error_is_the_last_line_and_no_clean_end() {
    let (address, _) = serve().await;
    let response = read_all(&mut open(address, &get("/v1/stock:watch?count=1&productId=fail", "")).await).await;
    let lines = "{\"quantity\":1}\n{\"error\":{\"code\":10,\"message\":\"the shelf fell\",\"details\":[]}}\n";
    assert_eq!(body(&response), (lines.into(), false));
}

#[tokio::test]
async fn an_error_is_the_last_line_over_http2() {
    let (address, _) = serve().await;
    let socket = TcpStream::connect(address).await.expect("connected");
    let (mut client, connection) = h2::client::handshake(socket).await.expect("HTTP/2");
    tokio::spawn(connection);
    let target = format!("http://{address}/v1/stock:watch?count=1&productId=fail");
    let request = http::Request::get(target).body(()).expect("a request");
    let (response, _) = client.send_request(request, true).expect("sent");
    let mut body = response.await.expect("headers").into_body();
    let mut lines = String::new();
    let end = loop {
        match timeout(TIMEOUT, body.data()).await.expect("in time") {
            Some(Ok(data)) => lines += std::str::from_utf8(&data).expect("UTF-8"),
            end => break end,
        }
    };
    assert_eq!(lines.lines().last(), Some(r#"{"error":{"code":10,"message":"the shelf fell","details":[]}}"#));
    assert!(end.is_some_and(|end| end.is_err()), "the stream is reset");
}

#[tokio::test]
async fn an_error_is_distinct_from_a_message_with_an_error_field() {
    let (address, _) = serve().await;
    let response = read_all(&mut open(address, &get("/v1/stock:replay", "")).await).await;
    let lines = "{\"error\":\"a field\"}\n{\"@error\":{\"code\":15,\"message\":\"the tape is torn\",\"details\":[]}}\n";
    assert_eq!(body(&response), (lines.into(), false));
}

#[tokio::test]
async fn an_error_before_the_first_message_has_a_status() {
    let (address, _) = serve().await;
    let response = read_all(&mut open(address, &get("/v1/stock:watch?productId=refused", "")).await).await;
    assert!(response.starts_with("HTTP/1.1 403"), "{response}");
}

#[tokio::test]
async fn the_deadline_ends_a_stream() {
    let (address, _) = serve().await;
    let request = get("/v1/stock:watch?count=1&productId=hang", "grpc-timeout: 50m\r\n");
    let (lines, is_clean) = body(&read_all(&mut open(address, &request).await).await);
    assert!(lines.starts_with("{\"quantity\":1}\n{\"error\":{\"code\":4,"), "{lines}");
    assert!(!is_clean);
}

#[tokio::test]
async fn events_are_sent_if_the_caller_accepts_them() {
    let (address, _) = serve().await;
    let request = get("/v1/stock:watch?count=1&productId=fail", "accept: text/event-stream\r\n");
    let response = read_all(&mut open(address, &request).await).await;
    assert!(response.contains("content-type: text/event-stream"), "{response}");
    let events = "id: 1\ndata: {\"quantity\":1}\n\nevent: error\ndata: {\"code\":10,\"message\":\"the shelf fell\",\"details\":[]}\n\n";
    assert_eq!(body(&response), (events.into(), true));
}

#[tokio::test]
async fn the_format_of_a_stream_is_the_one_that_the_caller_prefers() {
    let (address, _) = serve().await;
    let lines = "{\"quantity\":1}\n{\"quantity\":2}\n";
    let array = "[{\"quantity\":1},\n{\"quantity\":2}]";
    let events = "id: 1\ndata: {\"quantity\":1}\n\nid: 2\ndata: {\"quantity\":2}\n\n";
    for (more, query, kind, expected) in [
        ("", "", "application/x-ndjson", lines),
        ("accept: */*\r\n", "", "application/x-ndjson", lines),
        ("accept: application/json\r\n", "", "application/json", array),
        ("accept: text/event-stream;q=0.5, application/json;q=0.4\r\n", "", "text/event-stream", events),
        ("accept: application/json\r\n", "&$alt=sse", "text/event-stream", events),
    ] {
        let request = get(&format!("/v1/stock:watch?count=2{query}"), more);
        let response = read_all(&mut open(address, &request).await).await;
        assert!(response.contains(&format!("content-type: {kind}\r\n")), "{response}");
        assert_eq!(body(&response), (expected.into(), true), "{more}");
    }
}

#[tokio::test]
async fn a_stream_in_no_accepted_format_gets_406_before_the_call() {
    let (address, shelf) = serve().await;
    for accept in ["text/html", "application/x-ndjson;q=0", "application/xml, text/event-stream;q=0.0"] {
        let request = get("/v1/stock:watch?count=1", &format!("accept: {accept}\r\n"));
        let response = read_all(&mut open(address, &request).await).await;
        assert!(response.starts_with("HTTP/1.1 406 "), "{response}");
    }
    assert!(shelf.last.lock().expect("not poisoned").is_none());
}

#[tokio::test]
async fn arrays_end_cleanly_only_without_an_error() {
    let (address, _) = serve().await;
    let error = "{\"error\":{\"code\":10,\"message\":\"the shelf fell\",\"details\":[]}}\n";
    for (query, expected, is_clean) in [
        ("count=0", "[]".to_owned(), true),
        ("count=1", "[{\"quantity\":1}]".to_owned(), true),
        ("count=1&productId=fail", format!("[{{\"quantity\":1}},\n{error}"), false),
    ] {
        let request = get(&format!("/v1/stock:watch?{query}"), "accept: application/json\r\n");
        assert_eq!(body(&read_all(&mut open(address, &request).await).await), (expected, is_clean));
    }
}

/// An event source that reconnects sends the number of the last event; the handler can continue there.
#[tokio::test]
async fn events_are_numbered_from_the_last_event_of_the_caller() {
    let (address, shelf) = serve().await;
    let request = get("/v1/stock:watch?count=1", "accept: text/event-stream\r\nlast-event-id: 41\r\n");
    let response = read_all(&mut open(address, &request).await).await;
    assert_eq!(body(&response).0, "id: 42\ndata: {\"quantity\":1}\n\n");
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    assert_eq!(cx.metadata().get("last-event-id"), Some("41"));
}

#[tokio::test(start_paused = true)]
async fn a_silent_stream_of_events_has_heartbeats() {
    let request = http::Request::get("/v1/stock:watch?count=1&productId=hang").header("accept", "text/event-stream");
    let router = stock_gateway(Arc::new(Shelf::default())).into_router();
    let request = request.body(Body::empty()).expect("a request");
    let mut body = router.oneshot(request).await.expect("infallible").into_body();
    for expected in ["id: 1\ndata: {\"quantity\":1}\n\n", ":\n\n", ":\n\n"] {
        let frame = body.frame().await.expect("a frame").expect("no error");
        assert_eq!(frame.into_data().expect("data"), expected);
    }
}

/// A caller that stops reading stops the handler, which is held back by its channel.
#[tokio::test]
async fn a_reader_that_pauses_holds_the_producer_back() {
    let sent = Arc::new(AtomicUsize::new(0));
    let gateway = Gateway::new(Arc::new(sent.clone())).server_streaming(
        WATCH,
        route::get("/v1/endless"),
        |sent: &Arc<AtomicUsize>, _, _: Query| {
            let sent = sent.clone();
            let messages = futures::stream::repeat_with(move || {
                sent.fetch_add(1, Ordering::Relaxed);
                Ok(Item::default())
            });
            Box::pin(async move { Ok(Streaming::new(messages)) })
        },
    );
    let request = http::Request::get("/v1/endless").body(Body::empty()).expect("a request");
    let response = gateway.into_router().oneshot(request).await.expect("infallible");
    let mut body = response.into_body();
    for _ in 0..5 {
        body.frame().await.expect("a frame").expect("no error");
    }
    assert_eq!(sent.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn client_streams_are_read_from_arrays() {
    let (address, _) = serve().await;
    let send = async |json: &str| {
        let request = post("/v1/items:upload", json).replace("application/x-ndjson", "application/json");
        read_all(&mut open(address, &request).await).await
    };
    for (json, status, expected) in [
        (r#"[{"itemId":"a","quantity":1}, {"itemId":"b","quantity":2}]"#, 200, r#"{"itemId":"ab","quantity":3}"#),
        ("[]", 200, "{}"),
        (r#"{"quantity":1}{"quantity":2}"#, 200, r#"{"quantity":3}"#),
        (r#"[{"quantity":1}"#, 400, "the array has no end"),
        (r#"[{"quantity":1}{"quantity":1}]"#, 400, "expected `,` or `]`"),
        (r#"[{"quantity":1},[]]"#, 400, "must be an object"),
    ] {
        let response = send(json).await;
        assert!(
            response.starts_with(&format!("HTTP/1.1 {status}")) && response.contains(expected),
            "{json}: {response}"
        );
    }
}

#[tokio::test]
async fn client_streams_are_read_from_lines() {
    let (address, _) = serve().await;
    for (lines, status, expected) in [
        (
            "{\"itemId\":\"a\",\"quantity\":1}\n{\"itemId\":\"b\",\"quantity\":2}\n",
            200,
            r#"{"itemId":"ab","quantity":3}"#,
        ),
        ("{\"quantity\":1}{\n\"quantity\":\n5}", 200, r#"{"quantity":6}"#),
        ("", 200, "{}"),
        ("{\"quantity\":1}\n{\"quantity\":\"x\"}\n", 400, "quantity: must be a whole number"),
        ("{\"quantity\":1}\n{\"quantity\":", 400, "not valid JSON"),
        ("{\"quantity\":1}\nnonsense\n", 400, "not valid JSON"),
        ("{\"quantity\":1}\n[]\n", 400, "must be an object"),
    ] {
        let response = read_all(&mut open(address, &post("/v1/items:upload", lines)).await).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{lines}: {response}");
        assert!(response.contains(expected), "{lines}: {response}");
    }
    let large = format!("{{\"itemId\":\"{}\"}}\n", "x".repeat(5 << 20));
    let mut socket = TcpStream::connect(address).await.expect("connected");
    // The response may arrive before all is sent.
    let _ = socket.write_all(post("/v1/items:upload", &large).as_bytes()).await;
    assert!(read_until(&mut socket, "\r\n").await.starts_with("HTTP/1.1 429"));
}

#[tokio::test]
async fn bidi_streams_flow_both_ways_at_once() {
    let (address, _) = serve().await;
    let head = "POST /v1/items:chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut socket = open(address, head).await;
    for quantity in 1..=3 {
        let line = format!("{{\"quantity\":{quantity}}}\n");
        let chunk = format!("{:x}\r\n{line}\r\n", line.len());
        socket.write_all(chunk.as_bytes()).await.expect("sent");
        read_until(&mut socket, &format!("{{\"quantity\":{}}}\n", quantity * 2)).await;
    }
    socket.write_all(b"0\r\n\r\n").await.expect("sent");
    read_until(&mut socket, "0\r\n\r\n").await;
}

#[tokio::test]
async fn an_error_of_a_bidi_stream_has_a_status_or_is_the_last_line() {
    let (address, _) = serve().await;
    let (first, last) = ("{\"quantity\":2}\n", "{\"error\":{\"code\":11,\"message\":\"below zero\",\"details\":[]}}\n");
    for (lines, status, expected) in [
        ("{\"quantity\":1}\n{\"quantity\":-1}\n", 200, format!("{first}{last}")),
        ("{\"quantity\":-1}\n", 400, "{\"code\":11,\"message\":\"below zero\",\"details\":[]}".to_owned()),
        ("{\"quantity\":1}\n{\"quantity\":\"x\"}\n", 400, "quantity: must be a whole number".to_owned()),
        ("x\n", 400, "not valid JSON".to_owned()),
        ("", 200, String::new()),
    ] {
        let response = read_all(&mut open(address, &post("/v1/items:chat", lines)).await).await;
        assert!(response.starts_with(&format!("HTTP/1.1 {status}")), "{lines}: {response}");
        let found = if status == 200 { body(&response).0 } else { response };
        assert!(found.contains(&expected), "{lines}: {found}");
    }
}

#[tokio::test]
async fn a_malformed_message_of_a_bidi_stream_is_an_error_after_earlier_responses() {
    let (address, _) = serve().await;
    let head = "POST /v1/items:chat HTTP/1.1\r\nhost: x\r\ncontent-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut socket = open(address, head).await;
    for (line, reply) in
        [("{\"quantity\":1}\n", "{\"quantity\":2}\n"), ("{\"quantity\":\"x\"}\n", "{\"error\":{\"code\":3,")]
    {
        let chunk = format!("{:x}\r\n{line}\r\n", line.len());
        socket.write_all(chunk.as_bytes()).await.expect("sent");
        read_until(&mut socket, reply).await;
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_ends_its_call() {
    let (address, shelf) = serve().await;
    let mut socket = open(address, &get("/v1/stock/a", "")).await;
    read_until(&mut socket, "}").await;
    let cx = shelf.last.lock().expect("not poisoned").take().expect("called");
    assert_eq!(cx.metadata().get("x-forwarded-for"), Some("127.0.0.1"));
    assert!(is_remote() || cx.peer().is_some_and(|peer| peer.address().starts_with("127.0.0.1:")));

    let mut hanging = open(address, &get("/v1/stock/hang", "")).await;
    hanging.shutdown().await.expect("closed");
    drop(hanging);
    timeout(TIMEOUT, shelf.gone.notified()).await.expect("the handler is dropped");
}
