//! gRPC-Web over HTTP/1 and HTTP/2.

use std::{net::SocketAddr, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    echo::{DOWNLOAD, Event, UNARY, UPLOAD},
    raw,
    support::{Running, soon, start, start_with},
};

async fn started() -> Running {
    start_with(rust_svc::Server::grpc_web).await
}

/// Posts over HTTP/1 and returns the head and the body of the response.
async fn post(address: SocketAddr, path: &str, content_type: &str, body: &[u8]) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let length = body.len();
    let head = format!("POST {path} HTTP/1.0\r\ncontent-type: {content_type}\r\ncontent-length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.expect("a head");
    stream.write_all(body).await.expect("a body");
    let mut answer = Vec::new();
    soon(stream.read_to_end(&mut answer)).await.expect("an answer");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
    let body = answer.split_off(end + 4);
    (String::from_utf8(answer).expect("text").to_ascii_lowercase(), body)
}

/// Splits a response into messages and trailers.
fn split(body: &[u8]) -> (&[u8], String) {
    let mut rest = body;
    while let [0, a, b, c, d, ..] = rest {
        rest = &rest[5 + u32::from_be_bytes([*a, *b, *c, *d]) as usize..];
    }
    let [0x80, a, b, c, d, trailers @ ..] = rest else { panic!("{rest:?} are no trailers") };
    assert_eq!(trailers.len(), u32::from_be_bytes([*a, *b, *c, *d]) as usize);
    (&body[..body.len() - rest.len()], String::from_utf8(trailers.to_vec()).expect("text"))
}

#[tokio::test]
async fn trailers_are_in_the_body() {
    let server = started().await;
    for content_type in ["application/grpc-web", "application/grpc-web+proto; charset=x", "Application/GRPC-Web+Proto"]
    {
        let (head, body) = post(server.address, UNARY.path, content_type, &raw::frame("a")).await;
        assert!(
            head.starts_with("http/1.0 200") && head.contains("content-type: application/grpc-web+proto\r\n"),
            "{head}"
        );
        let (messages, trailers) = split(&body);
        assert_eq!(messages, raw::frame("a"));
        assert!(trailers.contains("grpc-status: 0\r\n"), "{trailers}");
    }
}

#[tokio::test]
async fn bodies_may_be_base64() {
    let server = started().await;
    let request = STANDARD.encode(raw::frame("a"));
    let (head, body) = post(server.address, UNARY.path, "application/grpc-web-text", request.as_bytes()).await;
    assert!(head.contains("content-type: application/grpc-web-text+proto\r\n"), "{head}");
    let groups = body.chunks(4).map(|group| STANDARD.decode(group).expect("base64"));
    assert_eq!(split(&groups.collect::<Vec<_>>().concat()).0, raw::frame("a"));
}

#[tokio::test]
async fn base64_may_lack_padding() {
    let server = started().await;
    for (text, padding) in [("a", "="), ("abc", "==")] {
        let request = STANDARD.encode(raw::frame(text));
        let request = request.strip_suffix(padding).expect("padding").as_bytes();
        let (_, body) = post(server.address, UNARY.path, "application/grpc-web-text", request).await;
        let groups = body.chunks(4).map(|group| STANDARD.decode(group).expect("base64"));
        assert_eq!(split(&groups.collect::<Vec<_>>().concat()).0, raw::frame(text));
    }
}

#[tokio::test]
async fn malformed_base64_is_refused() {
    let mut server = started().await;
    let whole = STANDARD.encode(raw::frame("a"));
    for request in [format!("{whole}\n"), format!("{whole}\r\n"), format!("{whole}?"), format!("?{whole}"), "A".into()]
    {
        let (head, _) = post(server.address, UNARY.path, "application/grpc-web-text", request.as_bytes()).await;
        assert!(head.contains("grpc-status: 13\r\n") && head.contains("base64"), "{request:?}: {head}");
    }
    assert!(server.events.try_recv().is_err(), "no handler was called");
    post(server.address, UPLOAD.path, "application/grpc-web-text", format!("{whole}\n").as_bytes()).await;
    let events = [Event::Called, Event::Received(Ok("a".into())), Event::Received(Err(rust_svc::Code::Internal))];
    for event in events {
        assert_eq!(server.event().await, event);
    }
}

/// A body that breaks off is not malformed.
#[tokio::test]
async fn a_base64_body_that_is_not_sent_times_out() {
    let server = start_with(|server| server.grpc_web().receive_timeout(Duration::from_millis(50))).await;
    let whole = STANDARD.encode(raw::frame("a"));
    for end in [4, 5, whole.len()] {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        let headers =
            "host: test\r\nconnection: close\r\ncontent-type: application/grpc-web-text\r\ncontent-length: 100";
        let head = format!("POST {} HTTP/1.1\r\n{headers}\r\n\r\n{}", UNARY.path, &whole[..end]);
        stream.write_all(head.as_bytes()).await.expect("a part of a request");
        let mut answer = String::new();
        soon(stream.read_to_string(&mut answer)).await.expect("an answer");
        assert!(answer.contains("grpc-status: 1\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn streams_are_served_over_http2() {
    let server = started().await;
    let request = http::Request::builder().method("POST").uri(format!("http://test{}", DOWNLOAD.path));
    let request = request.header("content-type", "application/grpc-web+proto");
    let answer = raw::exchange(server.address, request, raw::frame("abc")).await;
    assert_eq!((answer.status.as_u16(), answer.trailers), (200, None));
    assert!(split(&answer.data).1.contains("grpc-status: 0\r\n"));
}

#[tokio::test]
async fn an_error_before_any_message_is_in_the_headers() {
    let server = started().await;
    let (head, body) = post(server.address, "/test.v1.Echo/Nope", "application/grpc-web", &raw::frame("a")).await;
    assert!(head.contains("grpc-status: 12\r\n") && body.is_empty(), "{head}");
}

#[tokio::test]
async fn other_content_types_are_refused() {
    let server = started().await;
    for (content_type, status) in
        [("application/grpc-web+json", "415"), ("text/plain", "415"), ("application/grpc", "505")]
    {
        let (head, _) = post(server.address, UNARY.path, content_type, &raw::frame("a")).await;
        assert!(head.starts_with(&format!("http/1.0 {status}")), "{content_type} {head}");
    }
}

#[tokio::test]
async fn grpc_web_is_off_by_default() {
    let server = start().await;
    let (head, _) = post(server.address, UNARY.path, "application/grpc-web", &raw::frame("a")).await;
    assert!(head.starts_with("http/1.0 505"), "{head}");
}

#[tokio::test]
async fn a_stream_ends_with_unavailable_when_the_server_stops() {
    let mut server = start_with(|server| server.grpc_web().shutdown_after(Duration::from_millis(50))).await;
    let (address, stall) = (server.address, raw::frame("stall"));
    let call = tokio::spawn(async move { post(address, DOWNLOAD.path, "application/grpc-web", &stall).await });
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    let (_, body) = soon(call).await.expect("an answer");
    let (messages, trailers) = split(&body);
    assert_eq!(messages, raw::frame("first"));
    let mut lines: Vec<_> = trailers.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["grpc-message: the%20server%20stops", "grpc-retry-pushback-ms: -1", "grpc-status: 14"]);
    server.ended().await;
}

#[tokio::test]
async fn a_call_ends_with_unavailable_when_the_server_stops() {
    let mut server = start_with(|server| server.grpc_web().shutdown_after(Duration::from_millis(50))).await;
    let (address, hang) = (server.address, raw::frame("hang"));
    let call = tokio::spawn(async move { post(address, UNARY.path, "application/grpc-web", &hang).await });
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    let (head, body) = soon(call).await.expect("an answer");
    assert!(head.contains("grpc-status: 14\r\n") && body.is_empty(), "{head}");
    server.ended().await;
}

/// A caller that is refused while it sends can still read the response.
#[tokio::test]
async fn an_unread_request_is_drained() {
    let server = start().await;
    let mut stream = TcpStream::connect(server.address).await.expect("a connection");
    let head =
        "POST /test.v1.Echo/Unary HTTP/1.1\r\nhost: test\r\ncontent-type: text/plain\r\ncontent-length: 100000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.expect("a head");
    stream.write_all(&[0; 50_000]).await.expect("a part of the body");
    let mut first = [0; 12];
    soon(stream.read_exact(&mut first)).await.expect("an answer");
    assert_eq!(&first, b"HTTP/1.1 415");
    stream.write_all(&[0; 50_000]).await.expect("the rest of the body");
    let next = b"GET /healthz HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
    stream.write_all(next).await.expect("another request");
    let mut rest = String::new();
    soon(stream.read_to_string(&mut rest)).await.expect("another answer");
    assert!(rest.contains("HTTP/1.1 200") && rest.ends_with("SERVING\n"), "{rest}");
}

/// One message must be sent in time. A stream of messages may pause.
#[tokio::test]
async fn a_chunked_message_that_is_not_sent_times_out() {
    let server = start_with(|server| server.grpc_web().receive_timeout(Duration::from_millis(50))).await;
    let post = async |path: &str| {
        let mut stream = TcpStream::connect(server.address).await.expect("a connection");
        let headers =
            "host: test\r\ncontent-type: application/grpc-web\r\ntransfer-encoding: chunked\r\nconnection: close";
        let head = format!("POST {path} HTTP/1.1\r\n{headers}\r\n\r\n1\r\n\0\r\n");
        stream.write_all(head.as_bytes()).await.expect("a part of a request");
        stream
    };
    for path in [UNARY.path, DOWNLOAD.path] {
        let mut answer = String::new();
        soon(post(path).await.read_to_string(&mut answer)).await.expect("an answer");
        assert!(answer.contains("grpc-status: 1\r\n"), "{path}: {answer}");
    }
    let mut upload = post(UPLOAD.path).await;
    let silence = tokio::time::timeout(Duration::from_millis(200), upload.read_u8()).await;
    assert!(silence.is_err(), "a stream of requests was answered: {silence:?}");
}
