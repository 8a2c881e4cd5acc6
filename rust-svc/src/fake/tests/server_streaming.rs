use tokio::time::Instant;

use super::*;
use crate::{
    Streaming,
    fake::{CallOutcome, Gate},
};

async fn open(fake: &ServerStreaming<Query, u32>) -> Streaming<u32> {
    fake.server_streaming(Context::new(), query("a", 1)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_script_sends_waits_and_ends() {
    let fake = watch_stock();
    fake.when(|it| it.product == "a").send(10).wait(ms(50)).send(9).end();
    let start = Instant::now();
    let mut levels = open(&fake).await;
    assert_eq!(levels.next().await.unwrap().unwrap(), 10);
    assert_eq!(start.elapsed(), ms(0));
    assert_eq!(fake.calls()[0].outcome(), None);
    assert_eq!(levels.next().await.unwrap().unwrap(), 9);
    assert_eq!(start.elapsed(), ms(50));
    assert!(levels.next().await.is_none());
    assert!(levels.next().await.is_none());
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Ok));
    assert_eq!(fake.requests(), [query("a", 1)]);
}

#[tokio::test]
async fn a_stream_fails_after_its_messages() {
    let fake = watch_stock();
    fake.send(1).fail(Error::new(Code::DataLoss, "mid-stream"));
    let mut levels = open(&fake).await;
    assert_eq!(levels.next().await.unwrap().unwrap(), 1);
    assert_eq!(code(levels.next().await.unwrap()), Some(Code::DataLoss));
    assert!(levels.next().await.is_none());
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Failed(Code::DataLoss)));
}

#[tokio::test]
async fn a_call_fails_before_any_message() {
    let fake = watch_stock();
    fake.fails_times(2, flaky());
    fake.always([1, 2]);
    for _ in 0..2 {
        let answer = fake.server_streaming(Context::new(), query("a", 1)).await;
        assert_eq!(code(answer), Some(Code::Unavailable));
    }
    for _ in 0..2 {
        assert_eq!(open(&fake).await.collect().await.unwrap(), [1, 2]);
    }
}

#[tokio::test]
async fn a_call_after_a_used_up_script_is_unimplemented() {
    let fake = watch_stock();
    fake.returns([1]);
    open(&fake).await;
    let answer = fake.server_streaming(Context::new(), query("a", 1)).await;
    assert_eq!(code(answer), Some(Code::Unimplemented));
}

#[tokio::test]
async fn a_gate_holds_messages() {
    let (fake, gate) = (watch_stock(), Gate::new());
    fake.send(1).hold(&gate).send(2).end();
    let mut levels = open(&fake).await;
    assert_eq!(levels.next().await.unwrap().unwrap(), 1);
    gate.reached(1).await;
    gate.open();
    assert_eq!(levels.next().await.unwrap().unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_stall_ends_at_the_deadline() {
    let fake = watch_stock();
    fake.send(1).stall();
    let start = Instant::now();
    let mut levels = fake.server_streaming(within(300), query("a", 1)).await.unwrap();
    assert_eq!(levels.next().await.unwrap().unwrap(), 1);
    assert_eq!(code(levels.next().await.unwrap()), Some(Code::DeadlineExceeded));
    assert_eq!(start.elapsed(), ms(300));
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_deadline_ends_at_the_deadline() {
    let fake = watch_stock();
    fake.send(1).wait(ms(301)).send(2).end();
    let levels = fake.server_streaming(within(300), query("a", 1)).await.unwrap();
    assert_eq!(code(levels.collect().await), Some(Code::DeadlineExceeded));
}

#[tokio::test]
async fn cancellation_ends_the_stream() {
    let (fake, gate) = (watch_stock(), Gate::new());
    fake.script().messages().hold(&gate).end();
    let (cx, guard) = Context::new().with_cancel_guard();
    let mut levels = fake.server_streaming(cx, query("a", 1)).await.unwrap();
    gate.reached(1).await;
    drop(guard);
    assert_eq!(code(levels.next().await.unwrap()), Some(Code::Cancelled));
}

#[tokio::test]
async fn a_dropped_stream_is_abandoned_and_its_script_stops() {
    let (fake, gate) = (watch_stock(), Gate::new());
    fake.send(1).hold(&gate).end();
    let levels = open(&fake).await;
    gate.reached(1).await;
    drop(levels);
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Abandoned));
    while gate.held() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn headers_and_a_delay_come_before_the_stream() {
    let fake = watch_stock();
    fake.delay(ms(20)).header("x-rev", "7").send(1).end();
    let (cx, start) = (Context::new(), Instant::now());
    fake.server_streaming(cx.clone(), query("a", 1)).await.unwrap();
    assert_eq!((cx.headers().get("x-rev"), start.elapsed()), (Some("7"), ms(20)));
}

#[tokio::test]
async fn a_handler_makes_the_stream() {
    let fake = watch_stock();
    fake.returns_with(async |call| Ok(Streaming::from_messages(0..call.request().quantity)));
    let levels = fake.server_streaming(Context::new(), query("a", 3)).await.unwrap();
    assert_eq!(levels.collect().await.unwrap(), [0, 1, 2]);
}

#[tokio::test]
async fn the_test_takes_a_call_and_controls_it() {
    let fake = watch_stock();
    let taken = fake.take();
    let reader = tokio::spawn({
        let fake = fake.clone();
        async move { open(&fake).await.collect().await }
    });
    let call = taken.await;
    assert_eq!(call.request().product, "a");
    call.send(1).await.unwrap();
    call.send(2).await.unwrap();
    call.end();
    assert_eq!(reader.await.unwrap().unwrap(), [1, 2]);
}

#[tokio::test]
async fn the_test_sees_that_the_caller_stopped_reading() {
    let fake = watch_stock();
    let taken = fake.take();
    let reader = tokio::spawn({
        let fake = fake.clone();
        async move { open(&fake).await.next().await }
    });
    let call = taken.await;
    call.send(1).await.unwrap();
    reader.await.unwrap();
    call.cancelled().await;
    assert_eq!(code(call.send(2).await), Some(Code::Cancelled));
}
