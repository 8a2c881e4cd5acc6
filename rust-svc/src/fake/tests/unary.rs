use std::sync::Arc;

use tokio::time::Instant;

use super::*;
use crate::fake::{CallOutcome, Gate};

async fn ask(fake: &Unary<Query, u32>, product: &'static str) -> Result<u32> {
    fake.unary(Context::new(), query(product, 1)).await
}

#[tokio::test]
async fn a_call_without_a_script_is_unimplemented_and_names_the_method() {
    let error = ask(&check_stock(), "a").await.unwrap_err();
    assert_eq!(error.code(), Code::Unimplemented);
    let expected = "inventory.v1.InventoryService/CheckStock: call #1 was unexpected: no script responds to it";
    assert_eq!(error.message().lines().next(), Some(expected));
}

#[tokio::test]
async fn scripts_respond_in_order_each_up_to_its_number_of_calls() {
    let fake = check_stock();
    fake.returns(1);
    fake.fails_times(2, flaky());
    fake.times(2).returns(3);
    fake.fails(Error::aborted("once"));
    fake.always(9);
    let mut answers = Vec::new();
    for _ in 0..9 {
        answers.push(ask(&fake, "a").await.map_err(|error| error.code()));
    }
    let (flaky, aborted) = (Err(Code::Unavailable), Err(Code::Aborted));
    assert_eq!(answers, [Ok(1), flaky, flaky, Ok(3), Ok(3), aborted, Ok(9), Ok(9), Ok(9)]);
}

#[tokio::test]
async fn always_fails_has_no_limit() {
    let fake = check_stock();
    fake.always_fails(flaky());
    for _ in 0..3 {
        assert_eq!(code(ask(&fake, "a").await), Some(Code::Unavailable));
    }
}

#[tokio::test]
async fn conditions_choose_among_scripts() {
    let fake = check_stock();
    fake.when(|it| it.product == "a").when_metadata("x-tenant", "t1").always(1);
    fake.when_eq(query("a", 1)).always(2);
    fake.when_context(|cx| cx.remaining().is_some()).always(3);
    let tenant = Context::new().with_metadata("x-tenant", "t1").unwrap();
    assert_eq!(fake.unary(tenant, query("a", 5)).await.unwrap(), 1);
    assert_eq!(ask(&fake, "a").await.unwrap(), 2);
    assert_eq!(fake.unary(within(10), query("b", 1)).await.unwrap(), 3);
    assert_eq!(code(ask(&fake, "b").await), Some(Code::Unimplemented));
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_wait_and_sees_the_call() {
    let fake = check_stock();
    fake.returns_with(async |call| {
        tokio::time::sleep(ms(20)).await;
        call.context().set_trailer("x-seen", "1")?;
        Ok(call.request().quantity * 10 + u32::try_from(call.number()).unwrap())
    });
    let cx = Context::new();
    assert_eq!(fake.unary(cx.clone(), query("a", 4)).await.unwrap(), 41);
    assert_eq!(cx.trailers().get("x-seen"), Some("1"));
    assert_eq!(ask(&fake, "a").await.unwrap(), 12);
}

#[tokio::test]
async fn headers_and_trailers_reach_the_caller() {
    let fake = check_stock();
    fake.header("x-rev", "7").trailer("x-cost", "2").returns(1);
    let cx = Context::new();
    fake.unary(cx.clone(), query("a", 1)).await.unwrap();
    assert_eq!((cx.headers().get("x-rev"), cx.trailers().get("x-cost")), (Some("7"), Some("2")));
}

#[test]
fn an_invalid_header_panics_where_it_is_scripted() {
    let text = panic_of(|| drop(check_stock().header("grpc-status", "0")));
    assert_eq!(text, r#"metadata "grpc-status" has a key that is reserved for gRPC"#);
}

#[tokio::test(start_paused = true)]
async fn a_delay_lasts_for_its_duration() {
    let fake = check_stock();
    fake.delay(ms(30_000)).returns(1);
    let start = Instant::now();
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
    assert_eq!(start.elapsed(), ms(30_000));
}

#[tokio::test(start_paused = true)]
async fn a_delay_beyond_the_deadline_ends_at_the_deadline() {
    let fake = check_stock();
    fake.delay(ms(500)).always(1);
    let start = Instant::now();
    assert_eq!(code(fake.unary(within(300), query("a", 1)).await), Some(Code::DeadlineExceeded));
    assert_eq!(start.elapsed(), ms(300));
    assert_eq!(fake.unary(within(501), query("a", 1)).await.unwrap(), 1);
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Failed(Code::DeadlineExceeded)));
    assert_eq!(fake.calls()[0].deadline_budget(), Some(ms(300)));
}

#[tokio::test(start_paused = true)]
async fn an_expired_call_uses_no_script() {
    let fake = check_stock();
    fake.returns(1);
    assert_eq!(code(fake.unary(within(0), query("a", 1)).await), Some(Code::DeadlineExceeded));
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
}

#[tokio::test]
async fn cancellation_ends_a_call_that_hangs() {
    let fake = check_stock();
    fake.hangs();
    let (cx, guard) = Context::new().with_cancel_guard();
    let call = tokio::spawn({
        let fake = fake.clone();
        async move { fake.unary(cx, query("a", 1)).await }
    });
    tokio::task::yield_now().await;
    assert_eq!(fake.calls()[0].outcome(), None);
    drop(guard);
    assert_eq!(code(call.await.unwrap()), Some(Code::Cancelled));
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Failed(Code::Cancelled)));
}

#[tokio::test]
async fn a_dropped_call_is_abandoned_and_its_tasks_are_cancelled() {
    let fake = check_stock();
    let (sender, cancelled) = tokio::sync::oneshot::channel();
    let sender = Arc::new(std::sync::Mutex::new(Some(sender)));
    fake.returns_with(move |call| {
        let cx = call.context().clone();
        let sender = sender.lock().unwrap().take().unwrap();
        tokio::spawn(async move {
            cx.cancelled().await;
            sender.send(()).unwrap();
        });
        std::future::pending()
    });
    assert!(futures::FutureExt::now_or_never(ask(&fake, "a")).is_none());
    cancelled.await.unwrap();
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Abandoned));
}

#[tokio::test]
async fn a_gate_holds_calls_and_their_peak_number_is_known() {
    let (fake, gate) = (check_stock(), Gate::new());
    fake.hold(&gate).always(1);
    let calls: Vec<_> = (0..3)
        .map(|_| {
            tokio::spawn({
                let fake = fake.clone();
                async move { ask(&fake, "a").await }
            })
        })
        .collect();
    gate.reached(3).await;
    assert_eq!((gate.held(), fake.max_in_flight()), (3, 3));
    gate.open();
    for call in calls {
        assert_eq!(call.await.unwrap().unwrap(), 1);
    }
    assert_eq!(gate.held(), 0);
    ask(&fake, "a").await.unwrap();
    assert_eq!(fake.max_in_flight(), 3);
}

#[tokio::test(start_paused = true)]
async fn calls_are_recorded() {
    let fake = check_stock();
    fake.returns(1);
    let cx = within(300).with_metadata("x-tenant", "t1").unwrap().with_peer("10.0.0.1:5");
    fake.unary(cx, query("a", 1)).await.unwrap();
    ask(&fake, "b").await.unwrap_err();
    let calls = fake.calls();
    assert_eq!((calls[0].number(), calls[1].number()), (1, 2));
    assert_eq!(calls[0].request(), Some(&query("a", 1)));
    assert_eq!(calls[0].metadata().get("x-tenant"), Some("t1"));
    assert_eq!((calls[0].deadline_budget(), calls[1].deadline_budget()), (Some(ms(300)), None));
    assert_eq!(calls[0].peer(), Some("10.0.0.1:5"));
    assert_eq!(calls[0].outcome(), Some(CallOutcome::Ok));
    assert_eq!(calls[1].outcome(), Some(CallOutcome::Failed(Code::Unimplemented)));
    assert_eq!(fake.requests(), [query("a", 1), query("b", 1)]);
}

#[tokio::test]
async fn called_counts_numbers_and_ranges() {
    let fake = check_stock();
    fake.called(0);
    fake.always(1);
    ask(&fake, "a").await.unwrap();
    ask(&fake, "b").await.unwrap();
    fake.called(2);
    fake.called(1..);
    fake.called(..=2);
    let text = panic_of(|| fake.called(1));
    let expected = "inventory.v1.InventoryService/CheckStock was to be called exactly once, and got 2 calls
  #1 ok: {\"product\":\"a\",\"quantity\":1}
  #2 ok: {\"product\":\"b\",\"quantity\":1}";
    assert_eq!(text, expected);
    assert!(panic_of(|| fake.called(3..=5)).contains("to be called 3 to 5 times, and got 2 calls"));
}

#[tokio::test]
async fn reset_forgets_all_and_reset_calls_keeps_the_scripts() {
    let fake = check_stock();
    fake.always(1);
    ask(&fake, "a").await.unwrap();
    fake.reset_calls();
    fake.called(0);
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
    fake.reset();
    fake.called(0);
    assert_eq!(code(ask(&fake, "a").await), Some(Code::Unimplemented));
}

#[tokio::test]
async fn the_test_takes_calls_and_responds() {
    let fake = check_stock();
    let first = fake.take();
    let code_under_test = tokio::spawn({
        let fake = fake.clone();
        async move { (ask(&fake, "a").await, ask(&fake, "b").await, ask(&fake, "c").await) }
    });
    let call = first.await;
    assert_eq!(call.request(), &query("a", 1));
    call.answer(5);
    fake.take().await.fail(flaky());
    drop(fake.take().await);
    let (first, second, third) = code_under_test.await.unwrap();
    assert_eq!((first.unwrap(), code(second), code(third)), (5, Some(Code::Unavailable), Some(Code::Cancelled)));
}

#[tokio::test]
async fn a_cancelled_call_is_not_taken() {
    let fake = check_stock();
    let taken = fake.take();
    assert!(futures::FutureExt::now_or_never(ask(&fake, "gone")).is_none());
    let other = tokio::spawn({
        let fake = fake.clone();
        async move { ask(&fake, "here").await }
    });
    let call = taken.await;
    assert_eq!(call.request().product, "here");
    call.answer(1);
    assert_eq!(other.await.unwrap().unwrap(), 1);
}

#[tokio::test]
async fn reset_fails_calls_that_wait_to_be_taken() {
    let fake = check_stock();
    let taken = fake.take();
    let call = tokio::spawn({
        let fake = fake.clone();
        async move { ask(&fake, "a").await }
    });
    while fake.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    fake.reset();
    assert_eq!(code(call.await.unwrap()), Some(Code::Cancelled));
    drop(taken);
    assert_eq!(code(ask(&fake, "a").await), Some(Code::Unimplemented));
}

#[tokio::test]
async fn a_condition_may_ask_the_fake() {
    let fake = check_stock();
    let asked = fake.clone();
    fake.when(move |_| asked.calls().len() > 1).always(1);
    assert_eq!(code(ask(&fake, "a").await), Some(Code::Unimplemented));
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
}
