//! Graceful shutdown.

use std::{sync::Arc, time::Duration};

use rust_svc::{
    Client as SvcClient, Code, Context, Result, Retry, Server,
    intercept::{Call, Chain, Interceptor, Observer, Outcome},
};
use tokio::{net::TcpStream, sync::mpsc};

use crate::{
    echo::{DOWNLOAD, Event, Parrot, Ping, Pong, UNARY, UPLOAD, echo_adapter},
    peer::{DATA, END_HEADERS, END_STREAM, HEADERS, INITIAL_WINDOW_SIZE, Peer, call, frame},
    raw,
    support::{Client, connect, ping, soon, start, start_with},
};

/// A time that is longer than any test.
const LONG: Duration = Duration::from_secs(600);

#[tokio::test]
async fn calls_in_progress_end_and_new_ones_are_refused() {
    let mut server = start().await;
    let mut client = server.client().await;
    let (sender, pings) = mpsc::unbounded_channel();
    let pings = futures::stream::unfold(pings, async |mut pings| Some((pings.recv().await?, pings)));
    sender.send(ping("a")).expect("a call");
    let call = tokio::spawn(async move { client.stream(UPLOAD, tonic::Request::new(pings)).await });
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    while TcpStream::connect(server.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    sender.send(ping("b")).expect("a call");
    drop(sender);
    let answer = soon(call).await.expect("a task").expect("an answer").into_inner().message().await;
    assert_eq!(answer.expect("an answer").expect("a message").text, "a+b");
    server.ended().await;
}

#[tokio::test]
async fn handlers_are_notified() {
    let mut server = start_with(|server| server.shutdown_after(LONG)).await;
    let mut client = server.client().await;
    let call = tokio::spawn(async move { client.one("until the server stops").await });
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    let status = soon(call).await.expect("a task").expect_err("it stops");
    assert_eq!((status.code(), status.message()), (tonic::Code::Unavailable, "the server stops"));
    server.ended().await;
}

#[tokio::test]
async fn a_stuck_call_ends_and_must_not_be_retried() {
    let mut server = start_with(|server| server.shutdown_after(Duration::from_millis(50))).await;
    let mut client = server.client().await;
    let call = tokio::spawn(async move { client.one("hang").await });
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    soon(&mut server.ended).await.expect("an end");
    let status = soon(call).await.expect("a task").expect_err("the server stops");
    assert_eq!((status.code(), status.message()), (tonic::Code::Unavailable, "the server stops"));
    assert_eq!(pushback(&status), Some("-1"));
    let events = [server.event().await, server.event().await];
    assert!(events.contains(&Event::Dropped) && events.contains(&Event::Cancelled));
}

/// Returns whether the server accepts a retry: `-1` if not.
fn pushback(status: &tonic::Status) -> Option<&str> {
    status.metadata().get("grpc-retry-pushback-ms").map(|value| value.to_str().expect("text"))
}

/// An interceptor that never lets a call pass.
struct Stuck(mpsc::UnboundedSender<()>);

#[rust_svc::async_trait]
impl Interceptor for Stuck {
    async fn before(&self, _: &mut Call) -> Result<()> {
        self.0.send(()).expect("the test runs");
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_call_whose_handler_never_ran_may_be_retried() {
    let (sender, mut intercepted) = mpsc::unbounded_channel();
    let chain = Chain::new().intercept(Stuck(sender));
    let mut server = start_with(|server| server.shutdown_after(Duration::from_millis(50)).chain(&chain)).await;
    let mut client = server.client().await;
    let call = tokio::spawn(async move { client.one("a").await });
    soon(intercepted.recv()).await.expect("a call");
    server.stop();
    let status = soon(call).await.expect("a task").expect_err("the server stops");
    assert_eq!((status.code(), status.message()), (tonic::Code::Unavailable, "the server stops"));
    assert_eq!(pushback(&status), None);
}

#[tokio::test]
async fn a_write_that_a_stopping_server_interrupts_runs_once() {
    let mut first = start_with(|server| server.shutdown_after(Duration::from_millis(50))).await;
    let mut second = start().await;
    let method = UNARY.retry(Retry::new(3).on(&[Code::Unavailable]));
    let client = SvcClient::builder(format!("http://{}", first.address))
        .replica(format!("http://{}", second.address))
        .build()
        .expect("addresses");
    let request = Ping { text: "hang".to_owned() };
    let call = tokio::spawn(async move {
        let answer: Result<Pong> = client.unary(method, Context::new(), request).await;
        answer
    });
    tokio::select! {
        event = first.event() => assert_eq!(event, Event::Called),
        event = second.event() => {
            assert_eq!(event, Event::Called);
            std::mem::swap(&mut first, &mut second);
        }
    }
    first.stop();
    let error = soon(call).await.expect("a task").expect_err("the server stops");
    assert_eq!(error.code(), Code::Unavailable);
    assert!(second.events.try_recv().is_err(), "the other replica was not called");
}

#[tokio::test]
async fn an_endless_stream_ends_with_unavailable() {
    let mut server = start_with(|server| server.shutdown_after(Duration::from_millis(50))).await;
    let mut client = server.client().await;
    let request = tonic::Request::new(futures::stream::iter([ping("stall")]));
    let mut pongs = client.stream(DOWNLOAD, request).await.expect("an answer").into_inner();
    assert_eq!(pongs.message().await.expect("a message").expect("a message").text, "first");
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    let status = soon(pongs.message()).await.expect_err("an end");
    assert_eq!((status.code(), status.message()), (tonic::Code::Unavailable, "the server stops"));
    assert_eq!(pushback(&status), Some("-1"));
    assert_eq!([server.event().await, server.event().await], [Event::Cancelled, Event::Dropped]);
    server.ended().await;
}

/// Sends the code with which each call ended.
struct Codes(mpsc::UnboundedSender<Option<Code>>);

impl Observer for Codes {
    fn ended(&self, _: &Call, outcome: &Outcome) {
        let _ = self.0.send(outcome.code);
    }
}

/// Observers see the status that the caller got, over gRPC and gRPC-Web, before and within a response.
#[tokio::test]
async fn observers_see_the_status_of_ended_calls() {
    let cases = [(DOWNLOAD, "stall"), (UNARY, "hang")].into_iter();
    let cases = cases.flat_map(|case| ["application/grpc", "application/grpc-web"].map(|web| (case, web)));
    for ((method, text), content_type) in cases {
        let (sender, mut codes) = mpsc::unbounded_channel();
        let chain = Chain::new().observe(Codes(sender));
        let briefly = |server: Server| server.grpc_web().chain(&chain).shutdown_after(Duration::from_millis(50));
        let mut server = start_with(briefly).await;
        let mut request = raw::request(method.path);
        request.headers_mut().expect("headers").insert("content-type", content_type.parse().expect("a value"));
        let answer = tokio::spawn(raw::exchange(server.address, request, raw::frame(text)));
        assert_eq!(server.event().await, Event::Called);
        server.stop();
        soon(answer).await.expect("an answer");
        assert_eq!(soon(codes.recv()).await, Some(Some(Code::Unavailable)), "{} {content_type}", method.path);
        server.ended().await;
    }
}

/// A caller that does not read does not delay the shutdown.
#[tokio::test]
async fn a_caller_that_does_not_read_does_not_delay_the_end() {
    let mut server = start_with(|server| server.shutdown_after(Duration::from_millis(50))).await;
    let mut peer = Peer::connect_with(server.address, &[(INITIAL_WINDOW_SIZE, 0)]).await;
    let download =
        [frame(HEADERS, END_HEADERS, 1, &call(DOWNLOAD.path)), frame(DATA, END_STREAM, 1, &raw::frame("stall"))];
    peer.send(&download.concat()).await;
    assert_eq!(server.event().await, Event::Called);
    server.stop();
    server.ended().await;
}

#[tokio::test]
async fn a_second_signal_stops_at_once() {
    let (events, mut received) = mpsc::unbounded_channel();
    let server = Server::new().adapter(echo_adapter(Arc::new(Parrot(events)))).shutdown_after(LONG);
    let bound = server.bind("127.0.0.1:0").await.expect("a port");
    let address = bound.local_addr();
    let (first, stop) = tokio::sync::oneshot::channel::<()>();
    let (second, now) = tokio::sync::oneshot::channel::<()>();
    let ended = tokio::spawn(bound.run_until_or(async { drop(stop.await) }, async { drop(now.await) }));
    let mut client = Client::new(connect(address).await);
    let call = tokio::spawn(async move { client.one("hang").await });
    assert_eq!(received.recv().await, Some(Event::Called));
    drop(first);
    tokio::task::yield_now().await;
    assert!(!ended.is_finished());
    drop(second);
    soon(ended).await.expect("an end");
    soon(call).await.expect("a task").expect_err("cut");
}

#[cfg(unix)]
#[tokio::test]
async fn signals_stop_the_process() {
    let (events, mut received) = mpsc::unbounded_channel();
    let server = Server::new().adapter(echo_adapter(Arc::new(Parrot(events)))).shutdown_after(LONG);
    let bound = server.bind("127.0.0.1:0").await.expect("a port");
    let address = bound.local_addr();
    let mut running = Box::pin(bound.run());
    assert!(futures::poll!(&mut running).is_pending());
    let running = tokio::spawn(running);
    let mut client = Client::new(connect(address).await);
    let call = tokio::spawn(async move { client.one("hang").await });
    assert_eq!(received.recv().await, Some(Event::Called));
    signal("TERM");
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    assert!(!running.is_finished(), "it waits for the call");
    signal("INT");
    soon(running).await.expect("a task").expect("an end");
    soon(call).await.expect("a task").expect_err("cut");
}

#[cfg(unix)]
fn signal(name: &str) {
    let command = format!("kill -{name} {}", std::process::id());
    let status = std::process::Command::new("sh").args(["-c", &command]).status();
    assert!(status.expect("a shell").success());
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end() {
    let mut server = start_with(|server| server.shutdown_after(LONG).header_timeout(LONG)).await;
    let _silent = TcpStream::connect(server.address).await.expect("a connection");
    let mut idle = server.client().await;
    idle.one("a").await.expect("an answer");
    server.stop();
    server.ended().await;
}

#[tokio::test]
async fn a_dropped_server_drops_its_connections() {
    let mut server = start().await;
    let mut client = server.client().await;
    let call = tokio::spawn(async move { client.one("hang").await });
    assert_eq!(server.event().await, Event::Called);
    server.ended.abort();
    soon(call).await.expect("a task").expect_err("cut");
}
