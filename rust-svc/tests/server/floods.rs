//! Callers that flood a server with cheap frames.

use crate::{
    echo::{Event, UNARY, UPLOAD},
    peer::{
        CANCEL, CONTINUATION, DATA, END_HEADERS, END_STREAM, ENHANCE_YOUR_CALM, HEADERS, Peer, REFUSED_STREAM,
        RST_STREAM, WINDOW_UPDATE, call, frame,
    },
    raw,
    support::{Running, soon, start, start_with},
};

/// The number of frames in a flood.
const MANY: u32 = 3000;

/// Returns the stream identifiers of a caller: odd numbers.
fn streams() -> impl Iterator<Item = u32> {
    (0..MANY).map(|number| number * 2 + 1)
}

async fn assert_serves(server: &Running) {
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

/// Sends a flood beside a healthy caller, and returns the error code with which the server ended the connection.
async fn flooded(server: &Running, flood: impl Fn(u32) -> Vec<u8>) -> Option<u32> {
    let mut peer = Peer::connect(server.address).await;
    let mut healthy = server.client().await;
    for stream in streams() {
        if !peer.send(&flood(stream)).await {
            break;
        }
        if stream % 500 == 1 {
            assert_eq!(healthy.one("meanwhile").await.expect("an answer"), "meanwhile");
        }
    }
    let reason = peer.goaway_reason().await;
    assert_serves(server).await;
    reason
}

/// Returns the number of handlers that were not dropped once the server has ended.
async fn left_over(mut server: Running) -> usize {
    server.stop();
    soon(&mut server.ended).await.expect("an end");
    let mut events = Vec::new();
    while let Some(event) = soon(server.events.recv()).await {
        events.push(event);
    }
    let count = |wanted| events.iter().filter(|event| **event == wanted).count();
    count(Event::Called) - count(Event::Dropped)
}

#[tokio::test]
async fn rapid_resets_end_the_connection() {
    let server = start().await;
    let open = |stream| frame(HEADERS, END_HEADERS, stream, &call(UNARY.path));
    let reset = |stream| frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes());
    let flood = |stream| [open(stream), frame(DATA, END_STREAM, stream, &raw::frame("hang")), reset(stream)].concat();
    let all: Vec<u8> = streams().flat_map(flood).collect();
    let mut peer = Peer::connect(server.address).await;
    peer.send(&all).await;
    assert_eq!(peer.goaway_reason().await, Some(ENHANCE_YOUR_CALM));
    assert_serves(&server).await;
    assert_eq!(left_over(server).await, 1, "that of the healthy caller, which ended");
}

/// The deadlines of many calls may pass at once, before the server has processed them.
#[tokio::test]
async fn calls_that_are_reset_at_once_do_not_end_others() {
    let mut server = start().await;
    let mut peer = Peer::connect(server.address).await;
    peer.send(&frame(HEADERS, END_HEADERS, 1, &call(UPLOAD.path))).await;
    assert_eq!(server.event().await, Event::Called);
    let open = |stream| frame(HEADERS, END_HEADERS, stream, &call(UPLOAD.path));
    let reset = |stream| frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes());
    let others: Vec<u8> =
        streams().skip(1).take(199).flat_map(|stream| [open(stream), reset(stream)].concat()).collect();
    peer.send(&others).await;
    peer.send(&frame(DATA, END_STREAM, 1, &raw::frame("a"))).await;
    assert!(peer.next(HEADERS, 1).await.is_some(), "the other call is answered");
    assert_serves(&server).await;
}

/// A caller that makes the server reset its streams (CVE-2025-8671).
#[tokio::test]
async fn provoked_resets_end_the_connection() {
    let server = start().await;
    let open = |stream| frame(HEADERS, END_HEADERS | END_STREAM, stream, &call(UPLOAD.path));
    let overflow = |stream| frame(WINDOW_UPDATE, 0, stream, &i32::MAX.to_be_bytes());
    let reason = flooded(&server, |stream| [open(stream), overflow(stream)].concat()).await;
    assert_eq!(reason, Some(ENHANCE_YOUR_CALM));
}

#[tokio::test]
async fn endless_headers_end_the_connection() {
    let server = start().await;
    let mut peer = Peer::connect(server.address).await;
    peer.send(&frame(HEADERS, 0, 1, &call(UNARY.path))).await;
    peer.flood(&frame(CONTINUATION, 0, 1, &crate::peer::headers(&[("x-more", "1")]))).await;
    assert_eq!(peer.goaway_reason().await, Some(ENHANCE_YOUR_CALM));
    assert_serves(&server).await;
}

#[tokio::test]
async fn floods_of_empty_data_end_the_connection() {
    let mut server = start().await;
    for payload in [&[][..], &[0]] {
        let mut peer = Peer::connect(server.address).await;
        peer.send(&frame(HEADERS, END_HEADERS, 1, &call(UPLOAD.path))).await;
        while server.event().await != Event::Called {}
        peer.flood(&frame(DATA, 0, 1, payload).repeat(1000)).await;
        assert!(peer.goaway_reason().await.is_some(), "{payload:?}");
    }
    assert_serves(&server).await;
}

#[tokio::test]
async fn streams_beyond_the_limit_are_refused() {
    let mut server = start_with(|server| server.max_concurrent_streams(7)).await;
    let mut peer = Peer::connect(server.address).await;
    for stream in streams().take(8) {
        peer.send(&frame(HEADERS, END_HEADERS, stream, &call(UPLOAD.path))).await;
    }
    assert_eq!(peer.next(RST_STREAM, 15).await.expect("a reset").reason(), REFUSED_STREAM);
    for _ in 0..7 {
        assert_eq!(server.event().await, Event::Called);
    }
    peer.send(&frame(DATA, END_STREAM, 1, b"")).await;
    assert!(peer.next(HEADERS, 1).await.is_some(), "those that are allowed are served");
    assert_serves(&server).await;
}

/// A caller that keeps opening streams beyond the limit.
#[tokio::test]
async fn many_refused_streams_end_the_connection() {
    let server = start_with(|server| server.max_concurrent_streams(7)).await;
    let reason = flooded(&server, |stream| frame(HEADERS, END_HEADERS, stream, &call(UPLOAD.path))).await;
    assert_eq!(reason, Some(ENHANCE_YOUR_CALM));
}
