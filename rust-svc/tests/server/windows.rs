//! Callers that read little or nothing.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{Router, body::Body, routing::get};
use bytes::Bytes;
use futures::stream;
use rust_svc::{
    Code, Server,
    intercept::{Call, Chain, ConcurrencyLimit, Observer, Outcome},
};
use tokio::sync::mpsc;

use crate::{
    echo::{CHAT, DOWNLOAD, Event, UNARY},
    peer::{
        ACK, CANCEL, DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, Peer, RST_STREAM, SETTINGS,
        WINDOW_UPDATE, call, frame, headers,
    },
    raw,
    support::{soon, start_with},
};

const SHORT: Duration = Duration::from_millis(50);
const CHUNK: usize = 65536;

/// The progress of an endless body, and its end.
struct Endless {
    made: Arc<AtomicUsize>,
    gone: mpsc::UnboundedReceiver<()>,
}

/// Sends a message when it is dropped.
struct DropNotice(mpsc::UnboundedSender<()>);

impl Drop for DropNotice {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// Returns a route with an endless body.
fn endless() -> (Router, Endless) {
    let made = Arc::new(AtomicUsize::new(0));
    let (sender, gone) = mpsc::unbounded_channel();
    let counted = made.clone();
    let route = get(move || {
        let (notice, made) = (DropNotice(sender.clone()), counted.clone());
        let chunks = stream::repeat_with(move || {
            let _alive = &notice;
            made.fetch_add(CHUNK, Relaxed);
            Ok::<_, std::io::Error>(Bytes::from_static(&[0; CHUNK]))
        });
        async { Body::from_stream(chunks) }
    });
    (Router::new().route("/endless", route), Endless { made, gone })
}

fn get_endless() -> Vec<u8> {
    headers(&[(":method", "GET"), (":scheme", "http"), (":path", "/endless"), (":authority", "test")])
}

fn window(stream: u32, bytes: u32) -> Vec<u8> {
    frame(WINDOW_UPDATE, 0, stream, &bytes.to_be_bytes())
}

#[tokio::test]
async fn an_unread_stream_is_reset_and_its_connection_is_kept() {
    let (router, mut endless) = endless();
    let server = start_with(|server: Server| server.http(router).stream_send_timeout(SHORT)).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    peer.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get_endless())).await;
    assert!(peer.next(HEADERS, 1).await.is_some());
    let called = [frame(HEADERS, END_HEADERS, 3, &call(UNARY.path)), frame(DATA, END_STREAM, 3, &raw::frame("a"))];
    peer.send(&[called.concat(), window(3, 1000)].concat()).await;
    assert!(peer.next(DATA, 3).await.is_some(), "a call beside it is answered");
    assert_eq!(peer.next(RST_STREAM, 1).await.expect("a reset").reason(), CANCEL);
    endless.gone.recv().await.expect("the body is gone");
    assert!(endless.made.load(Relaxed) <= 2 * CHUNK, "{} bytes were made", endless.made.load(Relaxed));
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn an_unread_response_ends_its_call() {
    let mut server = start_with(|server| server.stream_send_timeout(SHORT)).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    for (stream, method) in [(1, "Unary"), (3, "Download")] {
        let path = format!("/test.v1.Echo/{method}");
        let body = frame(DATA, END_STREAM, stream, &raw::frame("numbers"));
        peer.send(&[frame(HEADERS, END_HEADERS, stream, &call(&path)), body].concat()).await;
        assert_eq!(server.event().await, Event::Called);
        assert_eq!(peer.next(RST_STREAM, stream).await.expect("a reset").reason(), CANCEL, "{method}");
    }
}

/// Sends the code with which each call ended.
struct Codes(mpsc::UnboundedSender<Option<Code>>);

impl Observer for Codes {
    fn ended(&self, _: &Call, outcome: &Outcome) {
        let _ = self.0.send(outcome.code);
    }
}

#[tokio::test]
async fn a_deadline_ends_an_unread_call() {
    let (sender, mut codes) = mpsc::unbounded_channel();
    let chain = Chain::new().observe(Codes(sender)).intercept(ConcurrencyLimit::new(1));
    let server = start_with(|server| server.chain(&chain)).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    for (stream, method) in [(1, UNARY), (3, DOWNLOAD)] {
        let head = [call(method.path), headers(&[("grpc-timeout", "100m")])].concat();
        let body = frame(DATA, END_STREAM, stream, &raw::frame("numbers"));
        peer.send(&[frame(HEADERS, END_HEADERS, stream, &head), body].concat()).await;
        assert_eq!(peer.next(RST_STREAM, stream).await.expect("a reset").reason(), CANCEL, "{}", method.path);
        assert_eq!(soon(codes.recv()).await, Some(Some(Code::DeadlineExceeded)), "{}", method.path);
        assert_eq!(server.client().await.one("others").await.expect("there is a place"), "others");
        assert_eq!(soon(codes.recv()).await, Some(None));
    }
}

/// Reading a byte at a time keeps a call alive, and uses no more memory.
#[tokio::test]
async fn a_window_of_one_byte_is_served() {
    let (router, endless) = endless();
    let server = start_with(|server: Server| server.http(router)).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 1)]).await;
    peer.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get_endless())).await;
    for _ in 0..100 {
        assert_eq!(peer.next(DATA, 1).await.expect("a byte").payload.len(), 1);
        peer.send(&window(1, 1)).await;
    }
    assert!(endless.made.load(Relaxed) <= 3 * CHUNK, "{} bytes were made", endless.made.load(Relaxed));
    peer.finish().await;
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

/// Unread data waits for its own stream only, in large and small pieces.
#[tokio::test]
async fn unread_requests_do_not_stall_other_calls() {
    let server = start_with(|server| server).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    // The windows are those of the server once its settings are acknowledged.
    assert!(peer.next(SETTINGS, 0).await.is_some());
    peer.send(&frame(SETTINGS, ACK, 0, &[])).await;
    for stream in (1..20).step_by(2) {
        let message = raw::frame(&if stream < 10 { "a".to_owned() } else { "a".repeat(16_000) });
        let (pieces, piece) = (200_000 / message.len(), frame(DATA, 0, stream, &message));
        peer.send(&[frame(HEADERS, END_HEADERS, stream, &call(CHAT.path)), piece.repeat(pieces)].concat()).await;
        assert!(peer.next(HEADERS, stream).await.is_some());
    }
    let called = [frame(HEADERS, END_HEADERS, 21, &call(UNARY.path)), frame(DATA, END_STREAM, 21, &raw::frame("a"))];
    peer.send(&[called.concat(), window(21, 1000)].concat()).await;
    assert!(peer.next(DATA, 21).await.is_some(), "a call beside them is answered");
}

/// Tiny messages arrive faster than a handler reads them.
#[tokio::test]
async fn a_few_calls_may_send_many_tiny_messages() {
    let server = start_with(|server| server.max_concurrent_streams(1)).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    let messages = frame(DATA, 0, 1, &raw::frame("a")).repeat(8_000);
    peer.send(&[frame(HEADERS, END_HEADERS, 1, &call(CHAT.path)), messages, window(1, 1000)].concat()).await;
    assert!(peer.next(DATA, 1).await.is_some(), "the first of them is answered");
}
