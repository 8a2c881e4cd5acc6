//! Frames and headers that violate HTTP/2.

use crate::{
    echo::UNARY,
    peer::{
        CONTINUATION, DATA, END_HEADERS, END_STREAM, FLOW_CONTROL_ERROR, FRAME_SIZE_ERROR, HEADERS, PING,
        PROTOCOL_ERROR, PUSH_PROMISE, Peer, RST_STREAM, SETTINGS, WINDOW_UPDATE, call, frame, headers,
    },
    raw,
    support::{Running, start},
};

async fn assert_serves(server: &Running) {
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

/// The error codes are those that h2 sends.
#[tokio::test]
async fn malformed_frames_end_the_connection() {
    let server = start().await;
    let largest = i32::MAX.to_be_bytes();
    for (what, bytes, reason) in [
        ("a frame of 16 KiB and a byte", frame(DATA, 0, 1, &[0; 16 * 1024 + 1]), FRAME_SIZE_ERROR),
        ("headers of 16 KiB and a byte", frame(HEADERS, END_HEADERS, 1, &[0; 16 * 1024 + 1]), FRAME_SIZE_ERROR),
        ("data of no stream", frame(DATA, 0, 0, b"a"), PROTOCOL_ERROR),
        ("data of a stream that was not opened", frame(DATA, 0, 1, b"a"), PROTOCOL_ERROR),
        ("a stream of the server", frame(HEADERS, END_HEADERS, 2, &call(UNARY.path)), PROTOCOL_ERROR),
        ("settings of five bytes", frame(SETTINGS, 0, 0, &[0; 5]), PROTOCOL_ERROR),
        ("settings of a stream", frame(SETTINGS, 0, 1, b""), PROTOCOL_ERROR),
        ("a window that is too large", frame(SETTINGS, 0, 0, &[0, 4, 0xff, 0xff, 0xff, 0xff]), PROTOCOL_ERROR),
        ("a ping of seven bytes", frame(PING, 0, 0, &[0; 7]), PROTOCOL_ERROR),
        ("a window that grows by nothing", frame(WINDOW_UPDATE, 0, 0, &[0; 4]), PROTOCOL_ERROR),
        ("a window that overflows", frame(WINDOW_UPDATE, 0, 0, &largest), FLOW_CONTROL_ERROR),
        ("more of no headers", frame(CONTINUATION, END_HEADERS, 1, b""), PROTOCOL_ERROR),
        ("a promise", frame(PUSH_PROMISE, END_HEADERS, 1, &[0; 4]), PROTOCOL_ERROR),
        ("headers that are no HPACK", frame(HEADERS, END_HEADERS, 1, &[0xff; 20]), PROTOCOL_ERROR),
        ("a reset of no stream", frame(RST_STREAM, 0, 1, &[0; 4]), PROTOCOL_ERROR),
    ] {
        let mut peer = Peer::connect(server.address).await;
        peer.send(&bytes).await;
        assert_eq!(peer.goaway_reason().await, Some(reason), "{what}");
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn truncated_frames_end_the_connection() {
    let mut server = start().await;
    let whole = [
        frame(HEADERS, END_HEADERS, 1, &call(UNARY.path)),
        frame(DATA, END_STREAM, 1, &raw::frame("a text that is long enough to be cut")),
    ]
    .concat();
    for end in [3, 9, 20, whole.len() - 20, whole.len() - 1] {
        let mut peer = Peer::connect(server.address).await;
        peer.send(&whole[..end]).await;
        peer.finish().await;
        peer.goaway_reason().await;
    }
    assert!(server.events.try_recv().is_err(), "no handler was called");
    assert_serves(&server).await;
}

#[tokio::test]
async fn data_after_the_end_of_a_stream_ends_the_connection() {
    let server = start().await;
    let mut peer = Peer::connect(server.address).await;
    let ended = frame(HEADERS, END_HEADERS | END_STREAM, 1, &call("/test.v1.Echo/Chat"));
    peer.send(&[ended, frame(DATA, 0, 1, b"a")].concat()).await;
    assert_eq!(peer.goaway_reason().await, Some(PROTOCOL_ERROR));
    assert_serves(&server).await;
}

#[tokio::test]
async fn malformed_headers_reach_no_handler() {
    let mut server = start().await;
    let plain = call(UNARY.path);
    let with = |name, value| [plain.clone(), headers(&[(name, value)])].concat();
    for (what, block) in [
        ("a header of the connection", with("connection", "close")),
        ("an encoding of the transfer", with("transfer-encoding", "chunked")),
        ("a second path", with(":path", "/other")),
        ("an unknown pseudo-header", with(":other", "x")),
        ("the status of a response", with(":status", "200")),
        ("a name in upper case", with("X-Upper", "x")),
        ("a name with a space", with("x y", "x")),
        ("a line break", with("x-split", "a\r\nx-other: b")),
        ("a byte of zero", with("x-zero", "a\0b")),
        ("no method", headers(&[(":scheme", "http"), (":path", UNARY.path), ("content-type", "application/grpc")])),
    ] {
        let mut peer = Peer::connect(server.address).await;
        let body = frame(DATA, END_STREAM, 1, &raw::frame("a"));
        peer.send(&[frame(HEADERS, END_HEADERS, 1, &block), body].concat()).await;
        assert_eq!(peer.refusal(1).await, Some(PROTOCOL_ERROR), "{what}");
    }
    assert!(server.events.try_recv().is_err(), "no handler was called");
    assert_serves(&server).await;
}

/// Interceptors see methods, never the path of a caller.
#[tokio::test]
async fn paths_that_are_not_methods_reach_no_handler() {
    let mut server = start().await;
    for path in [
        "test.v1.Echo/Unary",
        "//test.v1.Echo/Unary",
        "/test.v1.Echo/Unary/",
        "/test.v1.Echo/Unary?a=b",
        "/test.v1.Echo/%55nary",
        "/test%2Ev1.Echo/Unary",
        "/test.v1.Echo%2FUnary",
        "/test.v1.Echo/./Unary",
        "/test.v1.Echo/../test.v1.Echo/Unary",
        "/TEST.V1.ECHO/UNARY",
        "/test.v1.Echo/",
        "/test.v1.Echo",
        "/",
        "*",
        "",
        "/test.v1.Echo/Un ary",
        "http://test/test.v1.Echo/Unary",
    ] {
        let mut peer = Peer::connect(server.address).await;
        let body = frame(DATA, END_STREAM, 1, &raw::frame("a"));
        peer.send(&[frame(HEADERS, END_HEADERS, 1, &call(path)), body].concat()).await;
        peer.refusal(1).await;
    }
    assert!(server.events.try_recv().is_err(), "no handler was called");
    assert_serves(&server).await;
}
