//! Bulkheads and fallbacks, with a paused clock.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use rust_svc::{
    Bulkhead, Client, Code, Context, Error, Method, Result,
    client::{Fallback, PolicySource},
};
use tokio::time::{self, Instant};

use crate::{
    GET, WATCH, call,
    in_process::{answer, build, client, failure},
};

const LIMITED: Method = GET.bulkhead(Bulkhead::new(2).max_queued(1)).timeout_ms(1000);

fn slow() -> (Client, crate::in_process::Log) {
    client(|_| async {
        time::sleep(Duration::from_millis(100)).await;
        answer("answer")
    })
}

#[tokio::test(start_paused = true)]
async fn a_bulkhead_limits_calls_in_flight_and_in_its_queue() {
    let (client, log) = slow();
    let start = Instant::now();
    let results = futures::future::join_all((0..5).map(|_| call(&client, LIMITED))).await;
    let (served, rejected): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((served.len(), rejected.len(), log.calls()), (3, 2, 3));
    assert_eq!(start.elapsed().as_millis(), 200, "one waited for another");
    let error = rejected.into_iter().next().unwrap().unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::Unavailable, "too many calls in flight: test.v1.Test/Get"));
    assert_eq!(error.detail::<rust_svc::rpc::ErrorInfo>().unwrap().reason, "BULKHEAD_FULL");
    let snapshot = client.breaker(&LIMITED).unwrap().snapshot();
    assert_eq!((snapshot.calls, snapshot.failures), (3, 0), "rejections do not count");
    assert!(call(&client, LIMITED).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_queued_call_ends_at_its_deadline() {
    let (client, log) = client(|_| std::future::pending());
    let start = Instant::now();
    let results = futures::future::join_all((0..3).map(|_| call(&client, LIMITED.timeout_ms(300)))).await;
    assert!(results.iter().all(|result| result.as_ref().is_err_and(|error| error.code() == Code::DeadlineExceeded)));
    assert_eq!((start.elapsed().as_millis(), log.calls()), (300, 2), "the queued one was never sent");
    let (result, abandoned) = tokio::join!(
        call(&client, LIMITED.timeout_ms(300)),
        time::timeout(Duration::from_millis(10), call(&client, LIMITED))
    );
    assert!(result.is_err() && abandoned.is_err());
    assert_eq!(log.calls(), 4, "places are given back");
}

#[tokio::test(start_paused = true)]
async fn a_stream_is_in_flight_until_its_end() {
    let method = WATCH.bulkhead(Bulkhead::new(1));
    let (client, _) = client(|_| async { answer("answer") });
    let open = || client.server_streaming::<_, String, _, _>(method, Context::new(), String::new());
    let first = open().await.unwrap();
    assert_eq!(open().await.map(drop).unwrap_err().code(), Code::Unavailable);
    drop(first);
    let mut second = open().await.unwrap();
    while second.next().await.is_some() {}
    drop(second);
    assert!(open().await.is_ok());
}

/// A client of a server that fails while the flag is set.
fn failing(fallback: Fallback<String>, code: Code) -> (Client, Arc<AtomicBool>) {
    let fails = Arc::new(AtomicBool::new(true));
    let flag = fails.clone();
    let builder = Client::builder("local").fallback(&GET, fallback);
    let (client, _) = build(builder, move |_| {
        let fails = flag.load(Ordering::SeqCst);
        async move { if fails { failure(code.number()) } else { answer("real") } }
    });
    (client, fails)
}

async fn ask(client: &Client, request: &str) -> (Result<String>, Option<&'static str>) {
    let cx = Context::new();
    (client.unary(GET, cx.clone(), request.to_owned()).await, cx.fallback())
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_failures_of_the_server() {
    for number in 1..=16 {
        let code = Code::from_number(number).unwrap();
        let (client, fails) = failing(Fallback::constant("constant".to_owned()), code);
        let (result, fallback) = ask(&client, "a").await;
        match code {
            Code::Unavailable
            | Code::DeadlineExceeded
            | Code::ResourceExhausted
            | Code::Internal
            | Code::Unknown
            | Code::DataLoss => assert_eq!((result.unwrap().as_str(), fallback), ("constant", Some("constant"))),
            _ => assert_eq!((result.unwrap_err().code(), fallback), (code, None)),
        }
        fails.store(false, Ordering::SeqCst);
        assert_eq!(ask(&client, "a").await.0.unwrap(), "real");
        assert_eq!(ask(&client, "a").await.1, None);
    }
}

#[tokio::test(start_paused = true)]
async fn the_last_value_is_that_of_the_same_request() {
    let (client, fails) = failing(Fallback::last_value(), Code::Unavailable);
    assert_eq!(ask(&client, "a").await.0.unwrap_err().code(), Code::Unavailable, "there is none yet");
    fails.store(false, Ordering::SeqCst);
    assert_eq!(ask(&client, "a").await.0.unwrap(), "real");
    fails.store(true, Ordering::SeqCst);
    let (result, fallback) = ask(&client, "a").await;
    assert_eq!((result.unwrap().as_str(), fallback), ("real", Some("last value")));
    assert_eq!(ask(&client, "b").await.0.unwrap_err().code(), Code::Unavailable, "another request");
}

#[tokio::test(start_paused = true)]
async fn a_function_receives_the_error() {
    let answer = |error: &Error| match error.code() {
        Code::Internal => Err(Error::not_found("gone")),
        code => Ok(code.to_string()),
    };
    for (code, expected) in [(Code::Unavailable, Ok("UNAVAILABLE")), (Code::Internal, Err(Code::NotFound))] {
        let (client, _) = failing(Fallback::function(answer), code);
        let (result, fallback) = ask(&client, "a").await;
        let result = result.as_ref().map(String::as_str).map_err(Error::code);
        assert_eq!((result, fallback), (expected, Some("function")));
    }
}

#[tokio::test(start_paused = true)]
async fn a_fallback_of_another_type_or_of_a_stream_is_refused() {
    let builder = Client::builder("local").fallback(&GET, Fallback::constant(Some("constant".to_owned())));
    let (client, log) = build(builder, |_| async { answer("real") });
    let error = call(&client, GET).await.unwrap_err();
    assert_eq!((error.code(), log.calls()), (Code::Internal, 0), "{error}");
    assert!(error.to_string().contains("test.v1.Test/Get is a core::option::Option<"), "{error}");
    let watch = Client::builder("http://127.0.0.1:1").fallback(&WATCH, Fallback::constant(String::new()));
    let error = watch.build().unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(error.message().contains("test.v1.Test/Watch"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_fallback_answers_calls_that_the_breaker_rejects() {
    let (client, fails) = failing(Fallback::constant("constant".to_owned()), Code::Unavailable);
    fails.store(false, Ordering::SeqCst);
    client.breaker(&GET).unwrap().force_open();
    assert_eq!(ask(&client, "a").await.0.unwrap(), "constant");
    assert_eq!(client.policy(&GET).source(rust_svc::PolicyField::Bulkhead), PolicySource::BuiltIn);
}
