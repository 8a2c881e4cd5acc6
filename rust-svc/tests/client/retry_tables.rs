//! Retries by gRFC A6 as tables: the sequences of grpc-go's tests, with the same counts of attempts and tokens.

use std::time::Duration;

use http::Response;
use http_body::Frame;
use rust_svc::{Body, Client, Code, Context, Method, ServiceConfig, Streaming};
use tokio::time::Instant;

use crate::{
    CHAT, GET, WATCH, call,
    in_process::{Log, answer, build, failure, failure_with, pieces},
    wire::{frame, status},
};

const UNAVAILABLE: i32 = Code::Unavailable.number();
const INTERNAL: i32 = Code::Internal.number();
const ALREADY_EXISTS: i32 = Code::AlreadyExists.number();

/// Creates a client of the sequence, with four attempts of 10 ms apart on one code.
fn client(code: &str, throttling: &str, responses: fn(usize) -> Response<Body>) -> (Client, Log) {
    let text = format!(
        r#"{{"methodConfig": [{{"name": [{{"service": "test.v1.Test"}}], "waitForReady": true, "retryPolicy": {{
        "maxAttempts": 4, "initialBackoff": "0.01s", "maxBackoff": "0.01s", "backoffMultiplier": 1.0,
        "retryableStatusCodes": ["{code}"]}}}}] {throttling}}}"#
    );
    let builder = Client::builder("local").service_config(ServiceConfig::parse(&text).unwrap());
    build(builder, move |index| async move { responses(index) })
}

/// Each call ends with this code after this many attempts of all calls.
async fn check(client: &Client, log: &Log, method: Method, table: &[(i32, usize)]) {
    for (number, (code, attempts)) in table.iter().enumerate() {
        let result = call(client, method).await.map_or_else(|error| error.code().number(), |_| 0);
        assert_eq!((result, log.calls()), (*code, *attempts), "call {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn unary_calls() {
    let (client, log) =
        client("ALREADY_EXISTS", r#", "retryThrottling": {"maxTokens": 1000, "tokenRatio": 1}"#, |index| match index {
            0 | 2 | 5 => answer("answer"),
            6 | 8 | 11 => failure(INTERNAL),
            _ => failure(ALREADY_EXISTS),
        });
    let table = [(0, 1), (0, 3), (0, 6), (INTERNAL, 7), (INTERNAL, 9), (INTERNAL, 12), (ALREADY_EXISTS, 16)];
    check(&client, &log, GET.idempotent().no_breaker(), &table).await;
}

#[tokio::test(start_paused = true)]
async fn throttled_calls() {
    let (client, log) =
        client("UNAVAILABLE", r#", "retryThrottling": {"maxTokens": 10, "tokenRatio": 0.5}"#, |index| match index {
            0 | 3 | 6 | 10..=14 | 16 | 18 => answer("answer"),
            _ => failure(UNAVAILABLE),
        });
    let table = [
        (0, 1),            // 10 tokens
        (0, 4),            // 8.5: two failures and a success
        (0, 7),            // 7
        (UNAVAILABLE, 9),  // 5: the first failure is retried, the second is not
        (UNAVAILABLE, 10), // 4
        (0, 11),           // 4.5
        (0, 12),           // 5
        (0, 13),           // 5.5
        (0, 14),           // 6
        (0, 15),           // 6.5
        (0, 17),           // 6: a failure and a success
        (UNAVAILABLE, 18), // 5
    ];
    check(&client, &log, GET.no_breaker(), &table).await;
}

fn pushback(values: &'static [&'static str]) -> Response<Body> {
    let headers: Vec<_> = values.iter().map(|value| ("grpc-retry-pushback-ms", *value)).collect();
    failure_with(UNAVAILABLE, &headers)
}

fn messages(texts: &[&str], code: i32) -> Response<Body> {
    let data = texts.iter().map(|text| Frame::data(frame(text)));
    pieces(data.chain([Frame::trailers(status(code))]).collect::<Vec<_>>())
}

/// A streamed response: what each attempt gets, and the attempts, messages, code and least time that follow.
struct StreamCase {
    name: &'static str,
    responses: fn(usize) -> Response<Body>,
    attempts: usize,
    messages: usize,
    code: i32,
    millis: u128,
}

const fn case(
    name: &'static str,
    responses: fn(usize) -> Response<Body>,
    (attempts, messages, code): (usize, usize, i32),
) -> StreamCase {
    StreamCase { name, responses, attempts, messages, code, millis: 0 }
}

fn first(index: usize, first: Response<Body>, then: Response<Body>) -> Response<Body> {
    if index == 0 { first } else { then }
}

/// The cases of grpc-go with one request. Those with several are in `calls_with_a_stream_of_requests_are_not_retried`.
const STREAMS: [StreamCase; 10] = [
    case("a code that is not retried", |_| failure(INTERNAL), (1, 0, INTERNAL)),
    case("one retry", |it| first(it, failure(UNAVAILABLE), messages(&["1"], 0)), (2, 1, 0)),
    case("as many attempts as allowed", |_| failure(UNAVAILABLE), (4, 0, UNAVAILABLE)),
    case(
        "no retry after a message",
        |it| first(it, failure(UNAVAILABLE), messages(&["3"], UNAVAILABLE)),
        (2, 1, UNAVAILABLE),
    ),
    case("a retry without messages", |it| first(it, failure(UNAVAILABLE), messages(&[], 0)), (2, 0, 0)),
    case("no retry after headers", |_| messages(&[], UNAVAILABLE), (1, 0, UNAVAILABLE)),
    case("negative pushback", |_| pushback(&["-1"]), (1, 0, UNAVAILABLE)),
    case("pushback that is no number", |_| pushback(&["xxx"]), (1, 0, UNAVAILABLE)),
    case("pushback with two values", |_| pushback(&["100", "10"]), (1, 0, UNAVAILABLE)),
    StreamCase {
        millis: 1000,
        ..case("pushback of a second", |it| first(it, pushback(&["1000"]), messages(&["2"], 0)), (2, 1, 0))
    },
];

#[tokio::test(start_paused = true)]
async fn streamed_responses() {
    for StreamCase { name, responses, attempts, messages, code, millis } in STREAMS {
        let (client, log) = client("UNAVAILABLE", "", responses);
        let start = Instant::now();
        let opened = client.server_streaming::<_, String, _, _>(WATCH, Context::new(), String::new()).await;
        let (mut received, mut end) = (0, 0);
        match opened {
            Ok(mut stream) => {
                while let Some(item) = stream.next().await {
                    item.map_or_else(|error| end = error.code().number(), |_| received += 1);
                }
            }
            Err(error) => end = error.code().number(),
        }
        assert_eq!((log.calls(), received, end), (attempts, messages, code), "{name}");
        assert!(start.elapsed().as_millis() >= millis, "{name}");
        let counts: Vec<_> = log.header("grpc-previous-rpc-attempts").into_iter().flatten().collect();
        assert_eq!(counts, (1..attempts).map(|count| count.to_string()).collect::<Vec<_>>(), "{name}");
    }
}

/// Unlike grpc-go, which keeps what was sent and sends it again.
#[tokio::test(start_paused = true)]
async fn calls_with_a_stream_of_requests_are_not_retried() {
    let (client, log) = client("UNAVAILABLE", "", |_| failure(UNAVAILABLE));
    let requests = Streaming::from_messages(["1".to_owned(), "2".to_owned()]);
    let cx = Context::new().with_timeout(Duration::from_secs(9));
    let result = match client.bidi_streaming::<_, String, _, _>(CHAT, cx, requests).await {
        Ok(stream) => stream.collect().await.map(drop),
        Err(error) => Err(error),
    };
    assert_eq!((result.unwrap_err().code(), log.calls()), (Code::Unavailable, 1));
}
