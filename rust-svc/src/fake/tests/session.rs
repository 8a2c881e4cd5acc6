use super::*;
use crate::Streaming;

#[tokio::test(start_paused = true)]
async fn an_unexpected_call_is_reported_with_its_request_and_the_closest_script() {
    let session = Session::new();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    let watch: ServerStreaming<Query, u32> = session.fake(WATCH_STOCK);
    let line = line!() + 1;
    check.when_eq(query("a", 2)).when_metadata("x-tenant", "t1").any_times().returns(1);
    check.when(|it| it.product == "b").when(|_| false).any_times().returns(1);
    check.when_metadata("x-tenant", "t2").when(|it| it.product == "c").any_times().returns(1);
    check.times(1).returns(2);
    watch.fails(flaky());
    check.unary(Context::new(), query("a", 0)).await.unwrap();
    watch.server_streaming(Context::new(), query("a", 1)).await.unwrap_err();

    let cx = within(298).with_metadata("x-tenant", "t1").unwrap();
    // The call runs in another task, as it does behind a server.
    tokio::spawn(async move { check.unary(cx, query("a", 0)).await }).await.unwrap().unwrap_err();

    let expected = format!(
        r#"inventory.v1.InventoryService/CheckStock: call #3 was unexpected: no script responds to it
  request   {{"product":"a","quantity":0}}
  metadata  x-tenant: "t1"
  deadline  298ms
  used up   {file}:{used_up}:11: responded to 1 call, was to respond exactly once
  closest   {file}:{line}:11: quantity: expected 2, got 0
  log       #1 CheckStock ok | #2 WatchStock UNAVAILABLE | #3 CheckStock UNIMPLEMENTED"#,
        file = file!(),
        used_up = line + 3,
    );
    assert_eq!(panic_of(|| drop(session)), expected);
}

#[tokio::test]
async fn an_unexpected_call_is_reported_with_unmet_conditions() {
    let session = Session::new();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    check.unary(Context::new(), query("a", 1)).await.unwrap_err();
    let text = panic_of(|| session.verify());
    assert!(text.contains("\n  scripts   none\n  log       #1 CheckStock UNIMPLEMENTED"), "{text}");

    check.when_metadata("x-tenant", "t1").when(|it| it.quantity > 1).any_times().returns(1);
    check.unary(Context::new(), query("a", 1)).await.unwrap_err();
    let text = panic_of(|| session.verify());
    let here = format!("{}:{}", file!(), line!() - 3);
    let closest = format!(
        "closest   {here}:11: metadata x-tenant: expected \"t1\", got none; \
         the request does not satisfy `when` at {here}:43\n"
    );
    assert!(text.contains(&closest), "{text}");
}

#[tokio::test]
async fn scripts_that_are_not_used_up_fail_a_strict_session() {
    let session = Session::new();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    let line = line!() + 1;
    check.fails_times(2, flaky());
    check.always(1);
    check.returns(3);
    check.unary(Context::new(), query("a", 1)).await.unwrap_err();
    let name = "inventory.v1.InventoryService/CheckStock";
    let expected = format!(
        "2 things were not as scripted
{name}: the script at {file}:{line}:11 was to respond exactly 2 times, and got 1 call
{name}: the script at {file}:{last}:11 was to respond exactly once, and got no call; \
the script at {file}:{always}:11 before it responds to every call
  log       #1 CheckStock UNAVAILABLE",
        file = file!(),
        always = line + 1,
        last = line + 2,
    );
    assert_eq!(panic_of(|| check.verify()), expected);
    drop(check);
    assert_eq!(panic_of(|| drop(session)), expected);
}

#[tokio::test]
async fn a_strict_session_passes_if_all_scripts_are_used_up() {
    let session = Session::new();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    check.returns(1);
    check.always(2);
    check.unary(Context::new(), query("a", 1)).await.unwrap();
    session.verify();
}

#[tokio::test]
async fn a_lenient_session_verifies_when_asked() {
    let session = Session::lenient();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    check.unary(Context::new(), query("a", 1)).await.unwrap_err();
    session.verify();
    check.returns(1);
    assert!(panic_of(|| session.verify()).contains("and got no call"));
}

#[test]
fn a_panicking_test_does_not_abort() {
    let text = panic_of(|| {
        let session = Session::new();
        let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
        check.returns(1);
        panic!("the test's own");
    });
    assert_eq!(text, "the test's own");
}

#[test]
fn scripting_after_a_strict_session_was_dropped_panics() {
    let check: Unary<Query, u32> = Session::new().fake(CHECK_STOCK);
    let text = panic_of(|| check.returns(1));
    assert!(text.ends_with("the strict session of this fake is dropped: keep it in a variable of the test"), "{text}");
    assert!(text.starts_with(file!()), "{text}");
}

#[tokio::test]
async fn a_session_orders_the_calls_of_its_fakes() {
    let session = Session::lenient();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    let assign: BidiStreaming<Word, Word> = session.fake(ASSIGN);
    check.always(1);
    assign.send(Word::Offer).stall();
    check.unary(Context::new(), query("a", 1)).await.unwrap();
    let _running = assign.bidi_streaming(Context::new(), Streaming::empty()).await.unwrap();
    check.unary(Context::new(), query("a", 1)).await.unwrap();
    assert_eq!(session.log(), "#1 CheckStock ok | #2 Assign running | #3 CheckStock ok");
    session.called_in_order([CHECK_STOCK, ASSIGN]);
    session.called_in_order([CHECK_STOCK, ASSIGN, CHECK_STOCK]);
    let text = panic_of(|| session.called_in_order([ASSIGN, CHECK_STOCK, ASSIGN]));
    let expected = "expected the calls Assign, then CheckStock, then Assign; there is no Assign after CheckStock
  log       #1 CheckStock ok | #2 Assign running | #3 CheckStock ok";
    assert_eq!(text, expected);
}

#[tokio::test]
async fn reset_forgets_scripts_and_calls() {
    let session = Session::new();
    let check: Unary<Query, u32> = session.fake(CHECK_STOCK);
    check.returns(1);
    check.times(3).returns(1);
    check.unary(Context::new(), query("a", 1)).await.unwrap();
    session.reset();
    assert_eq!(session.log(), "");
    check.called(0);
    session.verify();
}
