//! Malformed and ambiguous HTTP/1 requests.

use std::{net::SocketAddr, time::Duration};

use axum::{Router, routing::post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::support::{soon, start, start_with};

const NEXT: &str = "GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n";

/// Sends bytes and reads until the server closes. A connection may be reset after its response.
async fn send(address: SocketAddr, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let _ = soon(stream.read_to_end(&mut answer)).await;
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn malformed_requests_are_refused() {
    let server = start().await;
    let with = |headers: &str, body: &str| {
        format!("POST /healthz HTTP/1.1\r\nhost: test\r\n{headers}\r\n\r\n{body}").into_bytes()
    };
    for (what, bytes, status) in [
        ("two lengths", with("content-length: 5\r\ncontent-length: 6", "abcdef"), 400),
        ("an invalid length", with("content-length: +5", "abcde"), 400),
        ("chunks that are not the last encoding", with("transfer-encoding: chunked, gzip", "0\r\n\r\n"), 400),
        ("an unknown encoding", with("transfer-encoding: x", "0\r\n\r\n"), 400),
        ("a name with a space", with("content-length : 5", "abcde"), 400),
        ("a header that goes on", with("x-a: 1\r\n 2", ""), 400),
        ("a byte of zero", with("x-a: a\0b", ""), 400),
        ("a return without a line", with("x-a: a\rx-b: b", ""), 400),
        ("no name", with(": a", ""), 400),
        ("a thousand headers", with(&"x-a: 1\r\n".repeat(1000), ""), 431),
        ("another version", b"GET /healthz HTTP/3.0\r\nhost: test\r\n\r\n".to_vec(), 400),
        ("no version", b"GET /healthz\r\n\r\n".to_vec(), 400),
        ("a path with a space", b"GET /a b HTTP/1.1\r\nhost: test\r\n\r\n".to_vec(), 400),
        ("a path of 100 KB", format!("GET /{} HTTP/1.1\r\nhost: test\r\n\r\n", "a".repeat(100_000)).into_bytes(), 431),
        ("no HTTP", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec(), 400),
    ] {
        let answer = send(server.address, &bytes).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{what}: {answer}");
    }
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn a_request_names_one_host() {
    let server = start().await;
    for (what, version, hosts, status) in [
        ("one", "1.1", "host: test\r\n", 200),
        ("none", "1.1", "", 400),
        ("two", "1.1", "host: test\r\nhost: other\r\n", 400),
        ("the same twice", "1.1", "host: test\r\nhost: test\r\n", 400),
        ("none, as was usual once", "1.0", "", 200),
        ("two, long ago", "1.0", "host: test\r\nhost: other\r\n", 400),
    ] {
        let request = format!("GET /healthz HTTP/{version}\r\n{hosts}connection: close\r\n\r\n");
        let answer = send(server.address, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/{version} {status} ")), "{what}: {answer}");
    }
}

/// A request with length and chunks must not hide another one from a proxy.
#[tokio::test]
async fn requests_cannot_be_smuggled() {
    let server = start().await;
    for framing in
        ["content-length: 5\r\ntransfer-encoding: chunked", "transfer-encoding: chunked\r\ncontent-length: 5"]
    {
        let request = format!("POST /nowhere HTTP/1.1\r\nhost: test\r\n{framing}\r\n\r\n0\r\n\r\n{NEXT}");
        let answer = send(server.address, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{answer}");
    }
}

#[tokio::test]
async fn bodies_that_break_off_are_errors() {
    let server = start().await;
    for (what, headers, body) in [
        ("an early end", "content-length: 100", "a"),
        ("chunks of no size", "transfer-encoding: chunked", "x\r\n\r\n"),
        ("a size that overflows", "transfer-encoding: chunked", "fffffffffffffffff\r\na"),
        ("a chunk without its end", "transfer-encoding: chunked", "1\r\nabc\r\n"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        let request = format!("POST /nowhere HTTP/1.1\r\nhost: test\r\n{headers}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).await.expect("a request");
        stream.shutdown().await.expect("an end");
        let mut answer = String::new();
        soon(stream.read_to_string(&mut answer)).await.expect("an answer");
        assert!(answer.matches("HTTP/1.1").count() <= 1, "{what}: {answer}");
    }
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn a_body_that_is_not_sent_times_out() {
    let short = Duration::from_millis(50);
    let read = post(|body: axum::body::Bytes| async move { body.len().to_string() });
    let server = start_with(|server| server.http(Router::new().route("/read", read)).receive_timeout(short)).await;
    let slow = "POST /read HTTP/1.1\r\nhost: test\r\ncontent-length: 100\r\n\r\na";
    let answer = send(server.address, slow.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
    let whole = "POST /read HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: 1\r\n\r\na";
    assert!(send(server.address, whole.as_bytes()).await.ends_with("\r\n\r\n1"));
}
