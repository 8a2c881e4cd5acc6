//! Deadlines by `grpc-timeout`.

use std::{sync::Arc, time::Duration};

use crate::{
    echo::{DOWNLOAD, Event, Parrot, UNARY, UPLOAD, echo_adapter},
    raw::{self, exchange, frame},
    support::{Running, start, start_with},
};

async fn call(server: &Running, path: &str, timeouts: &[&str], text: &str) -> raw::Answer {
    let request = timeouts.iter().fold(raw::request(path), |request, timeout| request.header("grpc-timeout", *timeout));
    exchange(server.address, request, frame(text)).await
}

#[tokio::test]
async fn malformed_timeouts_reach_no_handler() {
    let mut server = start().await;
    for timeouts in [&["abc"][..], &["-1S"], &["123456789n"], &["1S", "1S"], &["1"]] {
        let answer = call(&server, UNARY.path, timeouts, "a").await;
        assert_eq!(
            answer.grpc(),
            ("3", "grpc-timeout is not one to eight digits and a unit, such as 100m"),
            "{timeouts:?}"
        );
    }
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn expired_calls_reach_no_handler() {
    let mut server = start().await;
    for method in [UNARY, DOWNLOAD, UPLOAD] {
        let answer = call(&server, method.path, &["0n"], "a").await;
        assert_eq!(answer.grpc(), ("4", "the deadline passed before the call was done"));
    }
    assert!(server.events.try_recv().is_err());
}

#[tokio::test]
async fn a_handler_that_hangs_is_dropped() {
    let mut server = start().await;
    let answer = call(&server, UNARY.path, &["50m"], "hang").await;
    assert_eq!(answer.grpc().0, "4");
    assert_eq!(server.event().await, Event::Called);
    let events = [server.event().await, server.event().await];
    assert!(events.contains(&Event::Dropped) && events.contains(&Event::Cancelled));
}

#[tokio::test]
async fn a_stream_that_stalls_ends_with_deadline_exceeded() {
    let mut server = start().await;
    let answer = call(&server, DOWNLOAD.path, &["50m"], "stall").await;
    assert_eq!(answer.grpc().0, "4");
    assert!(answer.trailers.is_some() && !answer.data.is_empty(), "after its first message");
    assert_eq!(server.event().await, Event::Called);
    assert_eq!(server.event().await, Event::Cancelled);
    assert_eq!(server.event().await, Event::Dropped);
}

#[tokio::test]
async fn a_request_that_stalls_ends_with_deadline_exceeded() {
    let server = start().await;
    for method in [UNARY, UPLOAD] {
        let mut client = raw::connect(server.address).await;
        let request = raw::request(method.path).header("grpc-timeout", "50m").body(()).expect("a request");
        let (response, mut sender) = client.send_request(request, false).expect("a stream");
        sender.send_data(frame("a"), false).expect("a frame");
        assert_eq!(raw::read(response).await.expect("an answer").grpc().0, "4");
    }
}

#[tokio::test]
async fn adapters_have_a_maximum_and_a_default_timeout() {
    let server = start().await;
    let data = |answer: raw::Answer| String::from_utf8_lossy(&answer.data[7..]).into_owned();
    assert_eq!(data(call(&server, UNARY.path, &[], "remaining").await), "false");
    assert_eq!(data(call(&server, UNARY.path, &["99999999H"], "remaining").await), "true");

    let short = Duration::from_millis(50);
    let (events, _) = tokio::sync::mpsc::unbounded_channel();
    let adapter = echo_adapter(Arc::new(Parrot(events))).default_timeout(short).max_timeout(short);
    let server = start_with(|server| server.adapter(adapter)).await;
    for timeouts in [&[][..], &["99999999H"]] {
        assert_eq!(call(&server, UNARY.path, timeouts, "hang").await.grpc().0, "4");
    }
}
