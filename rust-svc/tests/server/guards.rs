//! Requests that are not valid gRPC calls.

use bytes::Bytes;

use crate::{
    echo::{CHAT, DOWNLOAD, Event, UNARY, UPLOAD},
    raw::{self, exchange, frame, framed},
    support::{Running, soon, start, start_with},
};

async fn check(server: &Running, path: &str, body: impl Into<Bytes>, status: &str, message: &str) {
    let answer = exchange(server.address, raw::request(path), body).await;
    assert_eq!((answer.status.as_u16(), answer.grpc()), (200, (status, message)), "{path}");
}

#[tokio::test]
async fn other_http_methods_and_content_types_are_refused() {
    let mut server = start().await;
    for verb in ["GET", "PUT", "DELETE"] {
        let answer = exchange(server.address, raw::request(UNARY.path).method(verb), frame("a")).await;
        assert_eq!((answer.status.as_u16(), &answer.headers["allow"]), (405, &"POST".parse().expect("a value")));
    }
    for content_type in ["application/json", "application/grpc-web", "application/grpc+json", "text/plain"] {
        let request = raw::request(UNARY.path);
        let mut request = request;
        request.headers_mut().expect("headers").insert("content-type", content_type.parse().expect("a value"));
        assert_eq!(exchange(server.address, request, frame("a")).await.status, 415, "{content_type}");
    }
    let twice = raw::request(UNARY.path).header("content-type", "application/grpc");
    assert_eq!(exchange(server.address, twice, frame("a")).await.status, 415);
    assert!(server.events.try_recv().is_err(), "no handler was called");
}

#[tokio::test]
async fn a_call_names_at_most_one_host() {
    let mut server = start().await;
    for (hosts, status) in [(&["test", "other"][..], 400), (&["test", "test"], 400), (&["test"], 200), (&[], 200)] {
        let request = hosts.iter().fold(raw::request(UNARY.path), |request, host| request.header("host", *host));
        let answer = exchange(server.address, request, frame("a")).await;
        assert_eq!(answer.status.as_u16(), status, "{hosts:?}");
        assert_eq!(server.events.try_recv().is_ok(), status == 200, "{hosts:?}");
    }
}

#[tokio::test]
async fn content_types_are_case_insensitive() {
    let server = start().await;
    for content_type in ["application/GRPC", "Application/Grpc+Proto; a=b"] {
        let mut request = raw::request(UNARY.path);
        request.headers_mut().expect("headers").insert("content-type", content_type.parse().expect("a value"));
        let answer = exchange(server.address, request, frame("a")).await;
        assert_eq!((answer.status.as_u16(), answer.grpc()), (200, ("0", "")), "{content_type}");
    }
}

#[tokio::test]
async fn unary_methods_take_exactly_one_message() {
    let mut server = start().await;
    for method in [UNARY, DOWNLOAD] {
        let two = [frame("a"), frame("b")].concat();
        check(&server, method.path, two, "12", "the method takes one request message, not several").await;
        check(&server, method.path, "", "12", "the method takes one request message, not none").await;
    }
    assert!(server.events.try_recv().is_err(), "no handler was called");
}

#[tokio::test]
async fn messages_above_the_limit_are_refused() {
    let server = start().await;
    let limit = "a request message is larger than the limit of 4194304 bytes";
    for length in [4 * 1024 * 1024 + 1, u32::MAX] {
        let head = [&[0][..], &length.to_be_bytes()].concat();
        for method in [UNARY, DOWNLOAD, UPLOAD, CHAT] {
            check(&server, method.path, head.clone(), "8", limit).await;
        }
    }
}

#[tokio::test]
async fn the_message_limit_can_be_set() {
    use crate::echo::{Parrot, echo_adapter};
    let (events, _) = tokio::sync::mpsc::unbounded_channel();
    let adapter = echo_adapter(std::sync::Arc::new(Parrot(events))).max_message_size(10);
    let server = start_with(|server| server.adapter(adapter)).await;
    let mut client = server.client().await;
    assert_eq!(client.one("12345678").await.expect("ten bytes"), "12345678");
    assert_eq!(client.one("123456789").await.expect_err("eleven bytes").code(), tonic::Code::ResourceExhausted);
    let bomb = client.compressed().one(&"a".repeat(1000)).await.expect_err("more when decompressed");
    assert_eq!(bomb.code(), tonic::Code::ResourceExhausted);
}

#[tokio::test]
async fn malformed_frames_are_refused() {
    let server = start().await;
    let malformed = "a request message is not in protobuf encoding, or is of another type";
    check(&server, UNARY.path, framed(0, &[0xff; 4]), "13", malformed).await;
    check(&server, UNARY.path, framed(0, &[0x0a, 2, 0xff, 0xfe]), "13", malformed).await;
    for (body, status) in [(framed(7, b""), "13"), (framed(1, b""), "13"), (frame("abc").slice(..6), "13")] {
        let answer = exchange(server.address, raw::request(UNARY.path), body).await;
        assert_eq!(answer.grpc().0, status);
        assert!(!answer.grpc().1.contains("::"), "{}", answer.grpc().1);
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error() {
    let mut server = start().await;
    let mut client = raw::connect(server.address).await;
    let request = raw::request(UPLOAD.path).body(()).expect("a request");
    let (_response, mut sender) = client.send_request(request, false).expect("a stream");
    sender.send_data(frame("a"), false).expect("a frame");
    assert_eq!(server.event().await, Event::Called);
    assert_eq!(server.event().await, Event::Received(Ok("a".into())));
    sender.send_reset(h2::Reason::CANCEL);
    // The handler is dropped, or reads an error; it never sees the end.
    drop((client, sender));
    server.stop();
    soon(&mut server.ended).await.expect("an end");
    assert!(matches!(soon(server.events.recv()).await, None | Some(Event::Received(Err(_)))));
}
