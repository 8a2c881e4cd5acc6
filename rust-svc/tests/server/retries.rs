//! Calls that fail before their response begins, and may be retried.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering::Relaxed},
};

use futures::stream;
use rust_svc::{
    Adapter, Client, Context, Error, Method, Result, Streaming,
    intercept::{Call, Chain, Observer, Outcome, RequestId},
};
use tokio::sync::mpsc;

use crate::{
    echo::{DOWNLOAD, Ping, Pong, UNARY},
    raw,
    support::{Running, soon, start, start_with},
};

const GET: Method = Method::unary("/test.v1.Flaky/Get").no_side_effects();
const LIST: Method = Method::server_streaming("/test.v1.Flaky/List").no_side_effects();

/// Fails at the first call, and then returns the number of calls.
#[derive(Default)]
struct Flaky(AtomicU64);

impl Flaky {
    fn answer(&self) -> Result<String> {
        match self.0.fetch_add(1, Relaxed) + 1 {
            1 => Err(Error::unavailable("once")),
            calls => Ok(calls.to_string()),
        }
    }
}

async fn flaky(chain: &Chain) -> Running {
    let adapter = Adapter::new("test.v1.Flaky", Arc::new(Flaky::default()))
        .unary(GET, |it, _, _: String| Box::pin(async { it.answer() }))
        .server_streaming(LIST, |it, _, _: String| Box::pin(async { Ok(Streaming::new(stream::iter([it.answer()]))) }));
    start_with(|server| server.adapter(adapter).chain(chain)).await
}

fn client(server: &Running) -> Client {
    Client::new(format!("http://{}", server.address)).expect("an address")
}

async fn list(server: &Running) -> Result<Vec<String>> {
    soon(client(server).server_streaming(LIST, Context::new(), String::new())).await?.collect().await
}

#[tokio::test]
async fn a_stream_that_begins_with_an_error_is_trailers_only() {
    let server = flaky(&Chain::new()).await;
    assert_eq!(list(&server).await.expect("the second answer"), ["2"]);
    let server = start().await;
    let answer = raw::exchange(server.address, raw::request(DOWNLOAD.path), raw::frame("error first")).await;
    assert_eq!((answer.grpc(), answer.trailers.is_some(), answer.data.len()), (("9", "not now"), false, 0));
}

/// Headers of interceptors do not begin a response.
#[tokio::test]
async fn headers_of_interceptors_allow_retries() {
    let chain = Chain::new().intercept(RequestId::new());
    let server = flaky(&chain).await;
    let answer: Result<String> = soon(client(&server).unary(GET, Context::new(), String::new())).await;
    assert_eq!(answer.expect("the second answer"), "2");
    assert_eq!(list(&flaky(&chain).await).await.expect("the second answer"), ["2"]);

    let server = start_with(|server| server.chain(&chain)).await;
    for (text, headers) in [("failure", None), ("metadata, then error", Some("1"))] {
        let cx = Context::new().with_metadata("x-request-id", "1").expect("metadata");
        let ping = Ping { text: text.to_owned() };
        let answer: Result<Pong> = soon(client(&server).unary(UNARY, cx.clone(), ping)).await;
        assert_eq!(answer.expect_err(text).metadata().get("x-error"), Some("1"));
        assert_eq!(cx.headers().get("x-request-id"), headers, "{text}");
        assert_eq!(cx.trailers().get("x-request-id").is_none(), headers.is_some(), "{text}");
    }
}

/// Sends the number of sent messages of each call.
struct Sent(mpsc::UnboundedSender<u64>);

impl Observer for Sent {
    fn ended(&self, _: &Call, outcome: &Outcome) {
        let _ = self.0.send(outcome.sent);
    }
}

#[tokio::test]
async fn messages_that_are_ready_are_sent_and_counted_once() {
    let (sender, mut sent) = mpsc::unbounded_channel();
    let server = start_with(|server| server.chain(&Chain::new().observe(Sent(sender)))).await;
    for (text, count) in [("numbers", 3), ("late panic", 1), ("late error", 1), ("error first", 0)] {
        let answer = raw::exchange(server.address, raw::request(DOWNLOAD.path), raw::frame(text)).await;
        assert_eq!(soon(sent.recv()).await, Some(count), "{text}");
        assert_eq!(answer.trailers.is_some(), count > 0, "{text}");
    }
}
