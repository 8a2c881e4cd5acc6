//! Timeouts of streams and attempts, with a paused clock.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use http::Response;
use http_body::Frame;
use http_body_util::StreamBody;
use rust_svc::{Body, Client, Code, Context, Method, Retry, Streaming, client::BreakerState};
use tokio::time::{self, Instant};

use crate::{
    GET, SENSITIVE, WATCH, call,
    in_process::{answer, client, failure},
    wire::frame,
};

/// Sets a flag when the server's side of a stream is dropped.
struct Dropped(Arc<AtomicBool>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A response that sends a message each time that this many milliseconds have passed, and then no more.
fn slow_messages(waits: &'static [u64], dropped: &Arc<AtomicBool>) -> Response<Body> {
    let guard = Dropped(dropped.clone());
    let messages = futures::stream::iter(waits).then(move |wait| {
        let _ = &guard;
        async move {
            time::sleep(Duration::from_millis(*wait)).await;
            Ok::<_, Infallible>(Frame::<Bytes>::data(frame("message")))
        }
    });
    let body = StreamBody::new(messages.chain(futures::stream::pending()));
    Response::builder().header("content-type", "application/grpc").body(Body::new(body)).unwrap()
}

async fn watch(client: &Client, method: Method) -> Streaming<String> {
    client.server_streaming(method, Context::new(), String::new()).await.unwrap()
}

fn streaming(waits: &'static [u64]) -> (Client, Arc<AtomicBool>) {
    let dropped = Arc::new(AtomicBool::new(false));
    let flag = dropped.clone();
    let (client, _) = client(move |_| {
        let response = slow_messages(waits, &flag);
        async move { response }
    });
    (client, dropped)
}

async fn end(stream: &mut Streaming<String>) -> (usize, Code) {
    let mut messages = 0;
    loop {
        match stream.next().await.unwrap() {
            Ok(_) => messages += 1,
            Err(error) => return (messages, error.code()),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_at_its_idle_or_total_timeout() {
    for (method, millis, messages) in [
        (WATCH.idle_timeout_ms(500), 1300, 2),
        (WATCH.idle_timeout_ms(399), 399, 0),
        (WATCH.total_timeout_ms(450), 450, 1),
        (WATCH.total_timeout_ms(600).idle_timeout_ms(5000), 600, 1),
        (WATCH.max_timeout_ms(600), 600, 1),
    ] {
        let (client, dropped) = streaming(&[400, 400]);
        let start = Instant::now();
        let mut stream = watch(&client, method).await;
        assert_eq!(end(&mut stream).await, (messages, Code::DeadlineExceeded), "{method:?}");
        assert_eq!(start.elapsed().as_millis(), millis, "{method:?}");
        assert!(dropped.load(Ordering::SeqCst), "the server is told");
    }
}

#[tokio::test(start_paused = true)]
async fn timeouts_are_kept_while_the_stream_is_not_polled() {
    for method in [WATCH.idle_timeout_ms(500), WATCH.total_timeout_ms(450)] {
        // The first message waits for the caller; only silence after it is idle.
        let (client, dropped) = streaming(if method.idle_timeout.is_some() { &[] } else { &[100, 100, 100] });
        let mut stream = watch(&client, method).await;
        time::sleep(Duration::from_millis(520)).await;
        assert!(dropped.load(Ordering::SeqCst), "{method:?}");
        assert_eq!(end(&mut stream).await.1, Code::DeadlineExceeded, "{method:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_slow_reader_does_not_make_its_server_idle() {
    let (client, dropped) = streaming(&[10, 10, 10]);
    let mut stream = watch(&client, WATCH.idle_timeout_ms(500)).await;
    for _ in 0..3 {
        time::sleep(Duration::from_secs(5)).await;
        assert!(stream.next().await.unwrap().is_ok());
        assert!(!dropped.load(Ordering::SeqCst));
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_stream_with_timeouts_cancels_its_call() {
    let (client, dropped) = streaming(&[]);
    let stream = watch(&client, WATCH.idle_timeout_ms(500)).await;
    drop(stream);
    time::sleep(Duration::from_millis(1)).await;
    assert!(dropped.load(Ordering::SeqCst));
}

#[tokio::test(start_paused = true)]
async fn a_response_that_begins_late_exceeds_the_open_timeout() {
    let method = WATCH.open_timeout_ms(300).breaker(SENSITIVE);
    let (client, log) = client(|_| std::future::pending());
    for _ in 0..2 {
        let start = Instant::now();
        let mut stream = watch(&client, method).await;
        assert_eq!(end(&mut stream).await, (0, Code::DeadlineExceeded));
        assert_eq!(start.elapsed().as_millis(), 300);
    }
    assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Open, "it counts as a failure");
    assert_eq!(log.calls(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_idle_server_counts_as_a_failure() {
    let method = WATCH.idle_timeout_ms(300).breaker(SENSITIVE);
    let (client, _) = streaming(&[]);
    assert_eq!(end(&mut watch(&client, method).await).await, (0, Code::DeadlineExceeded));
    assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Open, "half of its samples are failures");
}

#[tokio::test(start_paused = true)]
async fn a_watch_that_is_quiet_for_ten_deadlines_is_no_failure() {
    let method = WATCH.timeout_ms(1000).breaker(SENSITIVE);
    let (client, _) = client(|_| async {
        time::sleep(Duration::from_secs(10)).await;
        answer("late")
    });
    for _ in 0..4 {
        assert_eq!(watch(&client, method).await.collect().await.unwrap(), ["late"]);
    }
    let snapshot = client.breaker(&method).unwrap().snapshot();
    assert_eq!((snapshot.state, snapshot.failures), (BreakerState::Closed, 0));
}

#[tokio::test(start_paused = true)]
async fn quiet_streams_do_not_hold_a_half_open_breaker() {
    for method in [WATCH.timeout_ms(500).breaker(SENSITIVE), WATCH.breaker(SENSITIVE)] {
        let healthy = Arc::new(AtomicBool::new(false));
        let flag = healthy.clone();
        let (client, _) = client(move |_| {
            let healthy = flag.load(Ordering::SeqCst);
            async move { if healthy { std::future::pending().await } else { failure(Code::Unavailable.number()) } }
        });
        for _ in 0..2 {
            let opened = client.server_streaming::<_, String, _, _>(method, Context::new(), String::new()).await;
            opened.map(drop).unwrap_err();
        }
        healthy.store(true, Ordering::SeqCst);
        time::sleep(Duration::from_millis(1300)).await;
        // The callers do not poll.
        let mut streams = Vec::new();
        for _ in 0..3 {
            streams.push(watch(&client, method).await);
        }
        assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::HalfOpen);
        time::sleep(Duration::from_millis(1100)).await;
        assert_eq!(client.breaker(&method).unwrap().state(), BreakerState::Closed);
    }
}

#[tokio::test(start_paused = true)]
async fn a_hung_attempt_is_retried_within_the_deadline() {
    let hangs_once = |index| async move { if index == 0 { std::future::pending().await } else { answer("second") } };
    let method = GET.timeout_ms(1000).attempt_timeout_ms(200).retry(Retry::new(3).backoff_ms(10, 10, 1.0));
    let (client, log) = client(hangs_once);
    assert_eq!(call(&client, method.idempotent()).await.unwrap(), "second");
    let timeouts = log.header("grpc-timeout");
    assert_eq!(timeouts, [Some("200000u".to_owned()), Some("200000u".to_owned())]);
    assert!((208..=213).contains(&log.waits()[0]), "{:?}", log.waits());

    let (client, log) = crate::in_process::client(hangs_once);
    assert_eq!(call(&client, method).await.unwrap_err().code(), Code::DeadlineExceeded, "it may not be repeated");
    assert_eq!(log.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn attempt_timeouts_end_with_the_deadline() {
    let (client, log) = client(|_| std::future::pending());
    let method = GET.timeout_ms(500).attempt_timeout_ms(200).retry(Retry::new(5).backoff_ms(1, 1, 1.0)).idempotent();
    let start = Instant::now();
    assert_eq!(call(&client, method).await.unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!((start.elapsed().as_millis(), log.calls()), (500, 3));
}

#[tokio::test(start_paused = true)]
async fn an_attempt_of_a_stream_ends_at_its_timeout() {
    let (client, log) =
        client(|index| async move { if index == 0 { std::future::pending().await } else { answer("second") } });
    let method = WATCH.attempt_timeout_ms(200).no_side_effects();
    let stream = watch(&client, method).await;
    time::sleep(Duration::from_secs(1)).await;
    assert_eq!(log.calls(), 2, "it is retried although the caller does not poll");
    assert_eq!(stream.collect().await.unwrap(), ["second"]);
}

#[tokio::test(start_paused = true)]
async fn max_timeout_bounds_all_timeouts() {
    let (client, _) = client(|_| std::future::pending());
    for (method, millis) in [(GET.max_timeout_ms(300), 300), (GET.max_timeout_ms(300).timeout_ms(200), 200)] {
        let start = Instant::now();
        call(&client, method).await.unwrap_err();
        assert_eq!(start.elapsed().as_millis(), millis);
    }
}
