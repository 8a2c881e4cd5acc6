//! Limits of callers.

use std::{io::ErrorKind, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures::stream;
use h2::client::SendRequest;
use rust_svc::{Code, Server};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
    task::JoinHandle,
};

use crate::{
    echo::{Event, UNARY, UPLOAD},
    raw::{self, frame},
    support::{soon, start, start_with},
};

const SHORT: Duration = Duration::from_millis(20);

#[tokio::test]
async fn a_port_in_use_fails_fast() {
    let server = start().await;
    let error = Server::new().bind(server.address.to_string()).await.expect_err("a port in use");
    assert_eq!(error.code(), Code::Unavailable);
    let start = format!("cannot listen on {}: ", server.address);
    assert!(error.message().starts_with(&start) && error.message().contains("another process listens there"));
}

#[tokio::test]
async fn an_invalid_address_is_an_error() {
    let error = Server::new().bind("127.0.0.1").await.expect_err("no port");
    assert!(error.message().contains("the address is HOST:PORT"), "{error}");
}

#[tokio::test]
async fn the_maximum_of_concurrent_streams_is_announced() {
    let server = start_with(|server| server.max_concurrent_streams(7)).await;
    let client = raw::connect(server.address).await;
    let mut client = client;
    let request = raw::request(UNARY.path).body(()).expect("a request");
    let (response, mut sender) = client.send_request(request, false).expect("a stream");
    sender.send_data(frame("a"), true).expect("a frame");
    raw::read(response).await.expect("an answer");
    assert_eq!(client.current_max_send_streams(), 7);
}

/// hyper adds the interval to the current time, which may overflow.
#[tokio::test]
async fn an_infinite_keepalive_interval_is_allowed() {
    for (interval, timeout) in [(Duration::MAX, Duration::MAX), (SHORT, Duration::MAX)] {
        let server = start_with(|server| server.keep_alive(interval, timeout)).await;
        assert_eq!(server.client().await.one("a").await.expect("an answer"), "a");
    }
}

#[tokio::test]
async fn headers_above_the_limit_are_refused() {
    let server = start().await;
    let request = raw::request(UNARY.path).header("x-large", "a".repeat(20_000));
    assert_eq!(raw::exchange(server.address, request, frame("a")).await.status, 431);
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn a_large_http1_head_is_refused() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let request = format!("GET / HTTP/1.1\r\nhost: test\r\nx-large: {}\r\n\r\n", "a".repeat(20_000));
    stream.write_all(request.as_bytes()).await.expect("a request");
    let mut answer = [0; 12];
    soon(stream.read_exact(&mut answer)).await.expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 431");
}

#[tokio::test]
async fn a_connection_without_a_request_is_closed() {
    let server = start_with(|server| server.header_timeout(SHORT)).await;
    for beginning in ["", "P", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "GET / HTTP/1.1\r\nhost: a-name-that-is-long\r\n"] {
        let mut silent = TcpStream::connect(server.address).await.expect("a connection");
        silent.write_all(beginning.as_bytes()).await.expect("a connection");
        assert_closed(&mut silent).await;
    }
}

/// Reads the rest of a connection up to its end.
async fn assert_closed(stream: &mut TcpStream) {
    match soon(stream.read_to_end(&mut Vec::new())).await {
        Ok(_) => (),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}

#[tokio::test]
async fn a_connection_above_the_maximum_is_closed() {
    let server = start_with(|server| server.max_connections(2)).await;
    let mut first = server.client().await;
    let second = server.client().await;
    first.one("a").await.expect("an answer");
    let mut third = TcpStream::connect(server.address).await.expect("a connection");
    assert_closed(&mut third).await;
    drop(second);
    soon(async { while tonic_connect(server.address).await.is_err() {} }).await;
    assert_eq!(first.one("still here").await.expect("an answer"), "still here");
}

async fn tonic_connect(address: SocketAddr) -> Result<String, tonic::Status> {
    let channel = tonic::transport::Endpoint::try_from(format!("http://{address}")).expect("an address").connect_lazy();
    crate::support::Client::new(channel).one("a").await
}

/// Connects a client of HTTP/2, and returns how its connection ends.
async fn connect(address: SocketAddr) -> (SendRequest<Bytes>, JoinHandle<Result<(), h2::Error>>) {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let (client, connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    (client.ready().await.expect("HTTP/2"), tokio::spawn(connection))
}

async fn send(client: &mut SendRequest<Bytes>, path: &str) -> (h2::client::ResponseFuture, h2::SendStream<Bytes>) {
    let request = raw::request(path).body(()).expect("a request");
    client.send_request(request, false).expect("a stream")
}

#[tokio::test]
async fn an_idle_connection_gets_goaway() {
    let server = start_with(|server| server.max_connection_idle(SHORT)).await;
    let (_client, connection) = connect(server.address).await;
    soon(connection).await.expect("a task").expect("no error");
}

/// Between two HTTP/1 requests there is no head to wait for.
#[tokio::test]
async fn an_http1_connection_stays_open_between_requests() {
    let server = start_with(|server| server.header_timeout(SHORT)).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    for _ in 0..3 {
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("a request");
        let mut answer = Vec::new();
        while !answer.ends_with(b"SERVING\n") {
            assert_ne!(soon(stream.read_buf(&mut answer)).await.expect("an answer"), 0, "{answer:?}");
        }
        tokio::time::sleep(SHORT * 5).await;
    }
    stream.write_all(b"GET /healthz HTTP/1.1\r\n").await.expect("half a head");
    assert_closed(&mut stream).await;
}

#[tokio::test]
async fn an_idle_http1_connection_is_closed() {
    let server = start_with(|server| server.max_connection_idle(SHORT)).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("a request");
    assert_closed(&mut stream).await;
}

#[tokio::test]
async fn a_connection_with_a_call_is_not_idle() {
    let mut server = start_with(|server| server.max_connection_idle(SHORT)).await;
    let (mut client, connection) = connect(server.address).await;
    let (response, mut sender) = send(&mut client, UPLOAD.path).await;
    sender.send_data(frame("a"), false).expect("a message");
    assert_eq!(server.event().await, Event::Called);
    tokio::time::sleep(SHORT * 5).await;
    assert!(!connection.is_finished());
    sender.send_data(frame("b"), true).expect("a message");
    assert_eq!(soon(raw::read(response)).await.expect("an answer").grpc().0, "0");
    soon(connection).await.expect("a task").expect("no error");
}

#[tokio::test]
async fn an_old_connection_ends_with_its_calls() {
    let mut server = start_with(|server| server.max_connection_age(SHORT, Duration::MAX)).await;
    let (mut client, connection) = connect(server.address).await;
    let (response, mut sender) = send(&mut client, UPLOAD.path).await;
    sender.send_data(frame("a"), false).expect("a message");
    assert_eq!(server.event().await, Event::Called);
    let gone = async {
        while client.clone().ready().await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    soon(gone).await;
    assert!(!connection.is_finished(), "its call goes on");
    sender.send_data(frame("b"), true).expect("a message");
    assert_eq!(soon(raw::read(response)).await.expect("an answer").grpc().0, "0");
    soon(connection).await.expect("a task").expect("no error");
}

#[tokio::test]
async fn an_old_connection_is_dropped_after_its_grace() {
    let mut server = start_with(|server| server.max_connection_age(SHORT, SHORT)).await;
    let (mut client, connection) = connect(server.address).await;
    let (response, mut sender) = send(&mut client, UNARY.path).await;
    sender.send_data(frame("hang"), true).expect("a message");
    assert_eq!(server.event().await, Event::Called);
    soon(raw::read(response)).await.expect_err("cut");
    let events = [server.event().await, server.event().await];
    assert!(events.contains(&Event::Dropped) && events.contains(&Event::Cancelled));
    drop(connection);
}

#[tokio::test]
async fn floods_of_pings_and_settings_end_the_connection() {
    const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
    const PING: &[u8] = b"\0\0\x08\x06\0\0\0\0\0abcdefgh";
    const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
    const PRIORITY: &[u8] = b"\0\0\x05\x02\0\0\0\0\x01\0\0\0\0\x10";
    let server = start().await;
    for burden in [PING, SETTINGS, PRIORITY] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        let (mut reader, mut writer) = stream.split();
        let flood = async {
            writer.write_all(PREFACE).await?;
            loop {
                writer.write_all(&burden.repeat(50)).await?;
            }
        };
        let mut answer = Vec::new();
        tokio::select! {
            result = flood => { let _: std::io::Result<()> = result; }
            _ = soon(reader.read_to_end(&mut answer)) => (),
        }
        let _ = soon(reader.read_to_end(&mut answer)).await;
        assert!(answer.len() < 17 * 300, "{} bytes of answers", answer.len());
    }
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn pings_beside_calls_are_allowed() {
    let server = start().await;
    let stream = TcpStream::connect(server.address).await.expect("a connection");
    let (client, mut connection) = h2::client::handshake(stream).await.expect("HTTP/2");
    let mut pings = connection.ping_pong().expect("once");
    tokio::spawn(connection);
    let mut client: SendRequest<Bytes> = client.ready().await.expect("HTTP/2");
    for _ in 0..300 {
        soon(pings.ping(h2::Ping::opaque())).await.expect("an answer");
        let (response, mut sender) = send(&mut client, UNARY.path).await;
        sender.send_data(frame("a"), true).expect("a message");
        assert_eq!(soon(raw::read(response)).await.expect("an answer").grpc().0, "0");
    }
}

/// Sends a message when it is dropped.
struct DropNotice(mpsc::UnboundedSender<()>);

impl Drop for DropNotice {
    fn drop(&mut self) {
        self.0.send(()).expect("a test that waits");
    }
}

#[tokio::test]
async fn a_caller_that_does_not_read_is_dropped() {
    let (sender, mut dropped) = mpsc::unbounded_channel();
    let endless = get(move || {
        let notice = DropNotice(sender.clone());
        let chunks = stream::repeat_with(move || {
            let _alive = &notice;
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; 65536]))
        });
        async { Body::from_stream(chunks) }
    });
    let server = start_with(|server| server.http(Router::new().route("/endless", endless)).send_timeout(SHORT)).await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    stream.write_all(b"GET /endless HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("a request");
    let mut head = [0; 12];
    soon(stream.read_exact(&mut head)).await.expect("an answer");
    assert_eq!(&head, b"HTTP/1.1 200");
    soon(dropped.recv()).await.expect("the body is gone");
}
