//! Strict sessions: everything that goes otherwise than scripted fails the test.

use std::sync::Arc;

use tokio::time::Instant;

use super::*;
use crate::{
    Streaming,
    fake::{Gate, MethodFake},
};

const WITHIN: Duration = ms(200);

/// Runs `test` in a strict session and returns the failure with which it ends.
async fn failure_of<S: crate::fake::CallShape>(method: Method, test: impl AsyncFnOnce(MethodFake<S>)) -> String {
    let session = Session::new();
    test(session.fake(method)).await;
    panic_of(|| drop(session))
}

async fn ask(fake: &Unary<Query, u32>) -> Result<u32> {
    fake.unary(Context::new(), query("a", 1)).await
}

async fn watch(fake: &ServerStreaming<Query, u32>) -> Streaming<u32> {
    fake.server_streaming(Context::new(), query("a", 1)).await.unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_an_expectation_fails_call_and_test() {
    let text = failure_of(ASSIGN, async |fake: BidiStreaming<Word, Word>| {
        fake.expect(WITHIN, |_| panic!("no {}", "way")).end();
        let requests = Streaming::from_messages([Word::Accept]);
        let responses = fake.bidi_streaming(Context::new(), requests).await.unwrap();
        assert_eq!(code(responses.collect().await), Some(Code::Internal));
    });
    let text = text.await;
    assert!(text.contains("call #1: the script at") && text.contains("panicked: no way"), "{text}");
}

#[tokio::test]
async fn a_panic_in_a_handler_of_another_task_fails_the_test() {
    let text = failure_of(CHECK_STOCK, async |fake: Unary<Query, u32>| {
        fake.returns_with(async |call| panic!("quantity {}", call.request().quantity));
        assert!(tokio::spawn(async move { ask(&fake).await }).await.unwrap_err().is_panic());
    });
    assert!(text.await.contains("panicked: quantity 1"));
}

#[tokio::test]
async fn a_panic_in_a_condition_or_in_a_stream_of_a_handler_fails_the_test() {
    let text = failure_of(CHECK_STOCK, async |fake: Unary<Query, u32>| {
        fake.when(|_| panic!("bad condition")).always(1);
        assert!(tokio::spawn(async move { ask(&fake).await }).await.unwrap_err().is_panic());
    });
    assert!(text.await.contains("call #1: a condition panicked: bad condition"));
    let text = failure_of(WATCH_STOCK, async |fake: ServerStreaming<Query, u32>| {
        fake.returns_with(async |_| Ok(Streaming::new(futures::stream::once(async { panic!("bad stream") }))));
        let read = tokio::spawn(async move { watch(&fake).await.collect().await });
        assert!(read.await.unwrap_err().is_panic());
    });
    assert!(text.await.contains("panicked: bad stream"));
}

#[tokio::test]
async fn a_lenient_session_records_panics_and_expectations() {
    let session = Session::lenient();
    let fake: Unary<Query, u32> = session.fake(CHECK_STOCK);
    fake.returns_with(async |_| panic!("by the handler"));
    let call = fake.clone();
    assert!(tokio::spawn(async move { ask(&call).await }).await.unwrap_err().is_panic());
    assert!(panic_of(|| session.verify()).contains("panicked: by the handler"));
}

#[tokio::test]
#[ignore = "it is run by the test below, which reads its output"]
async fn lenient() {
    let session = Session::lenient();
    let fake: BidiStreaming<Word, Word> = session.fake(ASSIGN);
    fake.expect(ms(0), |_| true).end();
    let responses = fake.bidi_streaming(Context::new(), Streaming::empty()).await.unwrap();
    responses.collect().await.unwrap_err();
}

#[test]
fn a_lenient_session_prints_unmet_expectations() {
    let test = "fake::tests::strict::lenient";
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    let output = command.args([test, "--exact", "--ignored", "--nocapture"]).output().unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("expects a message, got the end\n  log       #1 Assign FAILED_PRECONDITION"), "{printed}");
}

#[tokio::test]
async fn a_stream_that_its_caller_stops_reading_is_reported() {
    let text = failure_of(WATCH_STOCK, async |fake: ServerStreaming<Query, u32>| {
        fake.send(1).send(2).send(3).end();
        assert_eq!(watch(&fake).await.next().await.unwrap().unwrap(), 1);
    });
    let text = text.await;
    assert!(
        text.contains(
            "was cut short for call #1: the caller dropped the call at step 2 of 3, `send`; 1 message was not read"
        ),
        "{text}"
    );
    let text = failure_of(WATCH_STOCK, async |fake: ServerStreaming<Query, u32>| {
        fake.send(1).send(2).end();
        assert_eq!(watch(&fake).await.next().await.unwrap().unwrap(), 1);
    });
    let text = text.await;
    assert!(text.contains("the caller dropped the call at its end; 1 message was not read"), "{text}");
}

#[tokio::test]
async fn a_caller_may_leave_after_the_last_message_or_where_the_script_allows_it() {
    let session = Session::new();
    let fake: ServerStreaming<Query, u32> = session.fake(WATCH_STOCK);
    fake.send(1).end();
    fake.send(1).stall();
    fake.script().may_be_interrupted().send(1).send(2).end();
    for _ in 0..3 {
        assert_eq!(watch(&fake).await.next().await.unwrap().unwrap(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_script_that_a_deadline_or_the_caller_cuts_short_is_reported() {
    let text = failure_of(CHECK_STOCK, async |fake: Unary<Query, u32>| {
        fake.delay(ms(500)).returns(1);
        assert_eq!(code(fake.unary(within(300), query("a", 1)).await), Some(Code::DeadlineExceeded));
    });
    let text = text.await;
    assert!(text.contains("was cut short for call #1: the deadline passed in its delay of 500ms"), "{text}");
    let text = failure_of(ASSIGN, async |fake: BidiStreaming<Word, Word>| {
        fake.send(Word::Offer).expect(WITHIN, |_| true).end();
        let (_sender, requests) = Streaming::channel(1);
        let (cx, guard) = Context::new().with_cancel_guard();
        let mut responses = fake.bidi_streaming(cx, requests).await.unwrap();
        responses.next().await.unwrap().unwrap();
        drop(guard);
        responses.collect().await.unwrap_err();
    });
    let text = text.await;
    assert!(text.contains("the caller cancelled the call at step 2 of 2, `expect`"), "{text}");
}

#[tokio::test]
async fn a_script_that_still_runs_at_the_end_of_the_test_is_reported() {
    let session = Session::new();
    let fake: ServerStreaming<Query, u32> = session.fake(WATCH_STOCK);
    let gate = Gate::new();
    fake.send(1).hold(&gate).send(2).end();
    let mut levels = watch(&fake).await;
    levels.next().await.unwrap().unwrap();
    gate.reached(1).await;
    let text = panic_of(|| drop(session));
    assert!(text.contains("has not finished for call #1: at step 2 of 3, `hold`"), "{text}");
}

#[tokio::test]
async fn failures_are_kept_until_the_session_is_verified() {
    let session = Session::new();
    let fake: ServerStreaming<Query, u32> = session.fake(WATCH_STOCK);
    fake.send(1).hold(&Gate::new()).end();
    let _levels = watch(&fake).await;
    for _ in 0..2 {
        assert!(session.failures()[0].contains("has not finished for call #1"), "{:?}", session.failures());
    }
    assert!(panic_of(|| session.verify()).contains("has not finished for call #1"));
}

#[tokio::test]
async fn a_call_that_waits_to_be_taken_is_reported() {
    let session = Session::new();
    let fake: Unary<Query, u32> = session.fake(CHECK_STOCK);
    let calls = fake.manual_calls();
    let call = tokio::spawn({
        let fake = fake.clone();
        async move { ask(&fake).await }
    });
    fake.wait_until_called(1).await;
    let text = panic_of(|| session.verify());
    assert!(text.contains("for call #1: while the call waited for the test to take it"), "{text}");
    drop(calls);
    assert_eq!(code(call.await.unwrap()), Some(Code::Cancelled));
}

#[tokio::test]
async fn a_script_that_another_hides_is_reported() {
    let text = failure_of(CHECK_STOCK, async |fake: Unary<Query, u32>| {
        fake.always(1);
        fake.when(|it| it.quantity == 1).always(2);
        assert_eq!(ask(&fake).await.unwrap(), 1);
    });
    let text = text.await;
    assert!(
        text.contains("is never reached: the script at") && text.contains("before it responds to every call"),
        "{text}"
    );
}

#[tokio::test]
async fn an_error_of_the_test_is_shown_beside_the_report() {
    let failed = AssertUnwindSafe(Session::new().run(async |session| {
        let fake: Unary<Query, u32> = session.fake(CHECK_STOCK);
        fake.when(|it| it.quantity == 2).returns(1);
        ask(&fake).await
    }));
    let panic = futures::FutureExt::catch_unwind(failed).await.unwrap_err();
    let text = panic.downcast::<String>().unwrap();
    assert!(text.starts_with("2 things were not as scripted\nthe test returned an error: "), "{text}");
    assert!(
        text.contains("no script responds to it") && text.ends_with("log       #1 CheckStock UNIMPLEMENTED"),
        "{text}"
    );
    assert!(!text.contains("was to respond"), "{text}");
}

#[tokio::test]
async fn an_error_of_the_test_itself_is_returned() {
    let result = Session::new().run(async |session| {
        session.fake::<crate::fake::kinds::UnaryShape<Query, u32>>(CHECK_STOCK).returns(1);
        Err::<(), _>("by itself")
    });
    assert_eq!(result.await, Err("by itself"));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_times_out_panics_with_the_log() {
    let session = Session::lenient();
    let fake: Unary<Query, u32> = session.fake(CHECK_STOCK);
    ask(&fake).await.unwrap_err();
    let gate = Gate::new();
    fake.hold(&gate).always(1);
    let start = Instant::now();
    for (waiting, awaited) in [
        (tokio::spawn(gate.reached(1)), "1 call at a gate that holds no call"),
        (tokio::spawn(fake.wait_until_called(2)), "2 calls of inventory.v1.InventoryService/CheckStock"),
        (tokio::spawn(drop_taken(fake.clone())), "a call of inventory.v1.InventoryService/CheckStock"),
    ] {
        let panic = waiting.await.unwrap_err().into_panic();
        let text = panic.downcast::<String>().unwrap();
        let expected = format!("waited 10s for {awaited}\n  log       #1 CheckStock UNIMPLEMENTED");
        assert!(text.ends_with(&expected), "{text}");
    }
    assert!(start.elapsed() <= ms(30_000));
}

async fn drop_taken(fake: Unary<Query, u32>) {
    drop(fake.script().take().await);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_the_test_does_not_take_fails() {
    let text = failure_of(CHECK_STOCK, async |fake: Unary<Query, u32>| {
        let _calls = fake.manual_calls();
        assert_eq!(code(ask(&fake).await), Some(Code::FailedPrecondition));
    });
    assert!(text.await.contains("call #1 was unexpected: it waited 10s for the test to take it"));
}

#[tokio::test]
async fn two_fakes_of_one_service_have_their_own_failures() {
    let session = Session::new();
    let (one, other): (Unary<Query, u32>, Unary<Query, u32>) =
        (session.named("eu").fake(CHECK_STOCK), session.named("us").fake(CHECK_STOCK));
    ask(&one).await.unwrap_err();
    other.verify();
    let text = panic_of(|| one.verify());
    assert!(text.starts_with("inventory.v1.InventoryService/CheckStock (eu): call #1 was unexpected"), "{text}");
    assert_eq!(session.log(), "#1 CheckStock (eu) UNIMPLEMENTED");
}

#[tokio::test]
async fn a_fake_with_a_session_of_its_own_is_verified_when_it_is_dropped() {
    let fake: Unary<Query, u32> = Session::new().into_fake(|session| session.fake(CHECK_STOCK));
    let clone = Arc::new(fake.clone());
    fake.returns(1);
    assert!(panic_of(|| drop(fake)).contains("was to respond exactly once, and got no call"));
    assert!(panic_of(|| clone.returns(1)).contains("the strict session of this fake is dropped"));
}

#[tokio::test(start_paused = true)]
async fn the_timeout_of_the_method_limits_a_direct_call() {
    let session = Session::lenient();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK.timeout_ms(100));
    let watch_stock: ServerStreaming<Query, u32> = session.fake(WATCH_STOCK.timeout_ms(100));
    let start = Instant::now();
    check.delay(ms(101)).always(1);
    assert_eq!(code(ask(&check).await), Some(Code::DeadlineExceeded));
    assert_eq!((start.elapsed(), check.calls()[0].deadline_budget()), (ms(100), Some(ms(100))));
    // A stream may take longer, if it begins in time.
    watch_stock.send(1).wait(ms(101)).send(2).end();
    assert_eq!(watch(&watch_stock).await.collect().await.unwrap(), [1, 2]);
    watch_stock.hangs();
    let answer = watch_stock.server_streaming(Context::new(), query("a", 1)).await;
    assert_eq!(code(answer), Some(Code::DeadlineExceeded));
}

#[tokio::test]
async fn numbers_of_kept_calls_messages_and_failures_are_bounded() {
    let session = Session::new();
    let fake: Unary<Query, u32> = session.fake(CHECK_STOCK);
    for _ in 0..1500 {
        ask(&fake).await.unwrap_err();
    }
    fake.called(1500);
    assert_eq!((fake.calls().len(), fake.calls()[0].number()), (1000, 501));
    let log = session.log();
    assert!(log.starts_with("1480 before | #1481 CheckStock UNIMPLEMENTED | "), "{log}");
    let text = panic_of(|| drop(session));
    assert!(text.starts_with("101 things were not as scripted") && text.contains("\nand 1400 more\n"), "{text}");

    let upload = upload();
    upload.returns_with(async |call| Ok(call.request().len()));
    let sent = upload.client_streaming(Context::new(), Streaming::from_messages(0..5000)).await;
    assert_eq!((sent.unwrap(), upload.requests().len()), (5000, 1000));
}
