//! The wire in memory.

use std::{sync::Arc, time::Duration};

use rust_svc::{
    Breaker, Client, Code, Context, Error, Retry, TraceContext,
    client::BreakerState,
    fake::{CallOutcome, Session},
};
use tokio::time::{self, Instant};

use crate::service::{CHAT, GET, Store, StoreClient, StoreFake, UPLOAD, connect, store_adapter, texts};

#[tokio::test(start_paused = true)]
async fn all_kinds_of_calls_pass_over_the_wire() {
    let fake = StoreFake::new();
    fake.get.when(|it| it == "a").header("x-rev", "7").returns("1".into());
    fake.watch.returns(["1".into(), "2".into()]);
    fake.upload.returns_with(async |call| Ok(call.request().concat()));
    fake.chat.reply_each(|it| it + "!").end();
    let client = StoreClient(Client::in_memory(store_adapter(Arc::new(fake.clone()))).unwrap());

    let cx = Context::new();
    assert_eq!(client.get(cx.clone(), "a".into()).await.unwrap(), "1");
    assert_eq!(cx.headers().get("x-rev"), Some("7"));
    assert_eq!(client.watch(Context::new(), "a".into()).await.unwrap().collect().await.unwrap(), ["1", "2"]);
    assert_eq!(client.upload(Context::new(), texts(["a", "b"])).await.unwrap(), "ab");
    let replies = client.chat(Context::new(), texts(["a", "b"])).await.unwrap();
    assert_eq!(replies.collect().await.unwrap(), ["a!", "b!"]);
    assert_eq!(fake.get.calls()[0].peer(), Some("in-memory-1"));
}

#[tokio::test(start_paused = true)]
async fn a_caller_reads_why_no_script_responds() {
    let session = Session::lenient();
    let fake = StoreFake::with_session(&session);
    fake.get.when_eq("b".into()).always("1".into());
    let (client, _server) = connect(&fake, &[]);
    let error = client.get(Context::new(), "a".into()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented);
    let text = error.message();
    assert!(text.starts_with("test.v1.Store/Get: call #1 was unexpected: no script responds to it"), "{text}");
    assert!(text.contains("  request   \"a\"") && text.contains("expected \"b\", got \"a\""), "{text}");
}

#[tokio::test(start_paused = true)]
async fn deadlines_and_attempts_arrive() {
    let fake = StoreFake::new();
    fake.get.fails_times(2, Error::unavailable("restarting"));
    fake.get.returns("1".into());
    let (client, _server) = connect(&fake, &[GET.idempotent().timeout_ms(2000).retry(Retry::new(3))]);
    let trace = TraceContext::root(true);
    let cx = Context::new().with_trace(trace.clone()).with_metadata("x-tenant", "t1").unwrap();
    assert_eq!(client.get(cx, "a".into()).await.unwrap(), "1");
    let calls = fake.get.calls();
    assert_eq!(calls.iter().map(|call| call.attempt()).collect::<Vec<_>>(), [1, 2, 3]);
    assert!(calls.iter().all(|call| call.deadline_budget().unwrap() <= Duration::from_secs(2)));
    assert!(calls[0].started() < calls[2].started());
    assert_eq!(calls[0].outcome(), Some(CallOutcome::Failed(Code::Unavailable)));
    assert_eq!((calls[0].error().unwrap().message(), calls[2].error().is_none()), ("restarting", true));
    calls.iter().for_each(|call| call.assert_trace(&trace));
    calls[2].assert_elapsed_within(Duration::from_secs(2));
    calls[0].assert_metadata("x-tenant", "t1");
    calls[2].assert_attempt(3);
    calls[2].assert_outcome(CallOutcome::Ok);
    calls[0].assert_deadline_within(Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_ends_the_call_on_both_sides() {
    let fake = StoreFake::new();
    fake.get.hangs();
    fake.upload.hangs();
    fake.chat.hangs();
    fake.watch.may_be_interrupted().send("1".into()).stall();
    let (client, _server) = connect(&fake, &[]);
    let soon = || Context::new().with_timeout(Duration::from_secs(30));
    assert_eq!(client.get(soon(), "a".into()).await.unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!(client.upload(soon(), texts(["a"])).await.unwrap_err().code(), Code::DeadlineExceeded);
    let mut levels = client.watch(soon(), "a".into()).await.unwrap();
    assert_eq!(levels.next().await.unwrap().unwrap(), "1");
    assert_eq!(levels.next().await.unwrap().unwrap_err().code(), Code::DeadlineExceeded);
    let replies = client.chat(soon(), texts(["a"])).await.unwrap();
    assert_eq!(replies.collect().await.unwrap_err().code(), Code::DeadlineExceeded);
}

/// All waits are tokio's: on real sockets, or with real waits, this test would take half a minute.
#[tokio::test(start_paused = true)]
async fn retries_and_breaker_states_take_no_real_time() {
    let method = GET.idempotent().timeout_ms(5000).retry(Retry::new(3).backoff_ms(500, 2000, 2.0));
    let method = method.breaker(Breaker::new().min_calls(3).open_ms(5000));
    let fake = StoreFake::new();
    let start = Instant::now();
    let is_down = move || start.elapsed() < Duration::from_secs(25);
    fake.get.returns_with(move |_| async move {
        time::sleep(Duration::from_millis(10)).await;
        if is_down() { Err(Error::unavailable("restarting")) } else { Ok("1".to_owned()) }
    });
    let (client, server) = connect(&fake, &[method]);
    let mut states = Vec::new();
    while is_down() || states.last() != Some(&BreakerState::Closed) {
        let _ = client.get(Context::new(), "a".into()).await;
        states.push(client.0.breaker(&method).unwrap().state());
        states.dedup();
        assert!(start.elapsed() < Duration::from_secs(300), "{states:?}");
        time::sleep(Duration::from_millis(250)).await;
    }
    assert!(states.contains(&BreakerState::Open), "{states:?}");
    assert_eq!(server.connections(), 1);
    assert!(fake.get.calls().iter().any(|call| call.attempt() == 2));
}

#[tokio::test(start_paused = true)]
async fn a_client_reconnects_after_refused_connections() {
    let fake = StoreFake::new();
    fake.get.returns("1".into());
    let (client, server) = connect(&fake, &[]);
    server.refuse_connections(true);
    assert_eq!(client.get(Context::new(), "a".into()).await.unwrap_err().code(), Code::Unavailable);
    server.refuse_connections(false);
    time::sleep(Duration::from_secs(5)).await;
    assert_eq!(client.get(Context::new(), "a".into()).await.unwrap(), "1");
}

#[tokio::test(start_paused = true)]
async fn a_stopped_server_finishes_its_calls() {
    let fake = StoreFake::new();
    fake.get.delay(Duration::from_secs(3)).returns("1".into());
    let (client, server) = connect(&fake, &[]);
    let call = tokio::spawn(async move { client.get(Context::new(), "a".into()).await });
    fake.get.wait_until_called(1).await;
    server.stop();
    server.stopped().await;
    assert_eq!(call.await.unwrap().unwrap(), "1");
    assert!(server.connect().is_err());
}

#[tokio::test(start_paused = true)]
async fn fakes_play_streams_that_the_test_controls() {
    let fake = StoreFake::new();
    let (client, _server) = connect(&fake, &[CHAT, UPLOAD]);
    let call = fake.chat.take();
    let replies = tokio::spawn(async move { client.chat(Context::new(), texts(["a"])).await?.collect().await });
    let mut call = call.await;
    assert_eq!(call.recv().await.unwrap().as_deref(), Some("a"));
    call.send("b".into()).await.unwrap();
    call.end();
    assert_eq!(replies.await.unwrap().unwrap(), ["b"]);
}
