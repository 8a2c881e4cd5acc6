//! Which script responds, and with what.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::*;
use crate::{Streaming, fake::Gate};

const WITHIN: Duration = ms(200);

async fn ask(fake: &Unary<Query, u32>, product: &'static str) -> Result<u32> {
    fake.unary(Context::new(), query(product, 1)).await
}

#[tokio::test]
async fn a_default_comes_after_all_others_whenever_it_is_written() {
    let fake = check_stock();
    fake.by_default().always(1);
    fake.when(|it| it.product == "b").always(2);
    fake.fails(flaky());
    assert_eq!(ask(&fake, "b").await.unwrap(), 2);
    assert_eq!(code(ask(&fake, "a").await), Some(Code::Unavailable));
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
    fake.by_default().always(3);
    assert_eq!(ask(&fake, "a").await.unwrap(), 3);
}

#[tokio::test]
async fn a_default_response_is_empty() {
    let fake = check_stock();
    fake.by_default().any_times().returns_default();
    assert_eq!(ask(&fake, "a").await.unwrap(), 0);
    let fake = upload();
    fake.by_default().any_times().returns_default();
    assert_eq!(fake.client_streaming(Context::new(), Streaming::empty()).await.unwrap(), 0);
}

/// A request that counts how often it is formatted, and equals no other.
#[derive(Clone)]
struct Counted(Arc<AtomicUsize>);

impl PartialEq for Counted {
    fn eq(&self, _: &Self) -> bool {
        false
    }
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fetch_add(1, Ordering::Relaxed);
        f.write_str("Counted")
    }
}

#[tokio::test]
async fn a_script_that_does_not_match_formats_no_text() {
    let fake: Unary<Counted, u32> = Session::lenient().fake(CHECK_STOCK);
    let shown = Counted(Arc::default());
    for _ in 0..10 {
        fake.when_field("counted", |it| it, shown.clone()).always(0);
    }
    fake.always(1);
    assert_eq!(fake.unary(Context::new(), shown.clone()).await.unwrap(), 1);
    assert_eq!(shown.0.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_script_matches_on_some_fields() {
    let fake = check_stock();
    fake.when_field("product", |it| &it.product, "a").when_field("quantity", |it| &it.quantity, 1).always(1);
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
    let error = ask(&fake, "b").await.unwrap_err();
    assert!(error.message().ends_with(r#"product: expected "a", got "b""#), "{error}");
}

#[tokio::test]
async fn the_first_message_of_a_stream_chooses_the_script() {
    let fake = upload();
    fake.when_first(|first| *first == 1).any_times().returns_with(async |call| Ok(call.request().len()));
    fake.always(9);
    for (messages, expected) in [(vec![1, 2], 2), (vec![2, 1], 9), (vec![], 9)] {
        let response = fake.client_streaming(Context::new(), Streaming::from_messages(messages)).await;
        assert_eq!(response.unwrap(), expected);
    }
    assert_eq!(fake.requests(), [1, 2, 2, 1]);
}

#[tokio::test]
async fn a_script_before_one_that_needs_the_first_message_does_not_wait_for_it() {
    let fake = assign();
    fake.when_metadata("x-mode", "other").when_first(|_| true).send(Word::Hello).end();
    fake.times(1).send(Word::Offer).end();
    fake.when_first(|_| true).send(Word::Route).end();
    let (sender, requests) = Streaming::channel(1);
    let responses = fake.bidi_streaming(Context::new(), requests).await.unwrap();
    assert_eq!(responses.collect().await.unwrap(), [Word::Offer]);
    drop(sender);
}

#[tokio::test]
async fn the_test_takes_only_calls_that_meet_the_conditions() {
    let fake = check_stock();
    fake.by_default().always(1);
    let taken = fake.when(|it| it.product == "b").take();
    let calls = tokio::spawn({
        let fake = fake.clone();
        async move { (ask(&fake, "a").await, ask(&fake, "b").await, ask(&fake, "b").await) }
    });
    taken.await.answer(2);
    let (first, second, third) = calls.await.unwrap();
    assert_eq!((first.unwrap(), second.unwrap(), third.unwrap()), (1, 2, 1));
}

#[tokio::test]
async fn a_dropped_take_takes_no_call() {
    let fake = check_stock();
    drop(fake.take());
    fake.always(1);
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
}

#[tokio::test]
async fn replies_depend_on_requests() {
    let fake = assign();
    fake.reply(WITHIN, |it| it).send(Word::Hello).reply_each(|_| Word::More).end();
    let requests = Streaming::from_messages([Word::Accept, Word::Decline, Word::Route]);
    let responses = fake.bidi_streaming(Context::new(), requests).await.unwrap();
    assert_eq!(responses.collect().await.unwrap(), [Word::Accept, Word::Hello, Word::More, Word::More]);
    let fake = watch_stock();
    fake.script().messages().send_with(|it| it.quantity).send_with(|it| it.quantity * 2).end();
    let levels = fake.server_streaming(Context::new(), query("a", 4)).await.unwrap();
    assert_eq!(levels.collect().await.unwrap(), [4, 8]);
}

#[tokio::test]
async fn a_manual_stream_is_refused_or_gets_headers_before_it_begins() {
    let fake = assign();
    let call = |cx: Context| {
        let fake = fake.clone();
        tokio::spawn(async move { fake.bidi_streaming(cx, Streaming::empty()).await })
    };
    let taken = fake.take();
    let refused = call(Context::new());
    taken.await.fail(Error::resource_exhausted("quota")).await;
    assert_eq!(code(refused.await.unwrap()), Some(Code::ResourceExhausted));

    let (taken, cx) = (fake.take(), Context::new());
    let begun = call(cx.clone());
    let manual = taken.await;
    manual.set_header("x-rev", "7").unwrap();
    manual.begin();
    let responses = begun.await.unwrap().unwrap();
    assert_eq!(cx.headers().get("x-rev"), Some("7"));
    manual.send(Word::Offer).await.unwrap();
    manual.end();
    assert_eq!(responses.collect().await.unwrap(), [Word::Offer]);
}

#[tokio::test]
async fn calls_are_ordered_by_fake_and_request() {
    let session = Session::lenient();
    let (eu, us): (Unary<Query, u32>, Unary<Query, u32>) =
        (session.named("eu").fake(CHECK_STOCK), session.named("us").fake(CHECK_STOCK));
    for (fake, product) in [(&eu, "a"), (&us, "b"), (&us, "a"), (&eu, "c")] {
        fake.always(1);
        ask(fake, product).await.unwrap();
    }
    let of =
        |fake: &Unary<Query, u32>, product| fake.call_where(move |call| call.request().unwrap().product == product);
    session.called_in_order([eu.any_call(), us.any_call(), us.any_call(), eu.any_call()]);
    session.called_in_order([of(&eu, "a"), of(&us, "a"), of(&eu, "c")]);
    session.called_in_order([of(&eu, "a"), of(&us, "a").and(of(&us, "b")), of(&eu, "c")]);
    // Any call may be the second one, so that the first one is left for the other pattern.
    session.called_in_order([us.any_call().and(of(&us, "b")), of(&eu, "c")]);
    let text = panic_of(|| session.called_in_order([of(&us, "a"), of(&us, "b")]));
    let expected =
        "expected the calls CheckStock (us), then CheckStock (us); there is no CheckStock (us) after CheckStock (us)";
    assert_eq!(text.lines().next(), Some(expected));
    let twice = || session.called_in_order([us.any_call().and(us.any_call()).and(us.any_call())]);
    assert!(panic_of(twice).contains("there is no CheckStock (us)"));
}

#[tokio::test]
async fn an_opened_gate_lets_waiting_calls_through_even_if_it_closes_immediately() {
    let (fake, gate) = (check_stock(), Gate::new());
    fake.hold(&gate).always(1);
    let call = tokio::spawn({
        let fake = fake.clone();
        async move { ask(&fake, "a").await }
    });
    gate.reached(1).await;
    gate.open();
    gate.close();
    assert_eq!(call.await.unwrap().unwrap(), 1);
    assert!(futures::FutureExt::now_or_never(ask(&fake, "a")).is_none());
}

#[tokio::test]
async fn a_gate_admits_a_number_of_calls() {
    let (fake, gate) = (check_stock(), Gate::new());
    fake.hold(&gate).always(1);
    let call = || {
        let fake = fake.clone();
        tokio::spawn(async move { ask(&fake, "a").await })
    };
    let (gone, first, second) = (call(), call(), call());
    gate.reached(3).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    gate.admit(1);
    assert_eq!(first.await.unwrap().unwrap(), 1);
    assert_eq!(gate.held(), 1);
    gate.admit(2);
    assert_eq!(second.await.unwrap().unwrap(), 1);
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
    assert!(futures::FutureExt::now_or_never(ask(&fake, "a")).is_none());
}

#[tokio::test]
async fn reset_forgets_failures_and_numbers() {
    let session = Session::new();
    let fake: Unary<Query, u32> = session.fake(CHECK_STOCK);
    ask(&fake, "a").await.unwrap_err();
    fake.reset();
    assert_eq!((fake.calls().len(), fake.max_in_flight()), (0, 0));
    fake.verify();
    fake.returns_with(async |call| Ok(u32::try_from(call.number()).unwrap()));
    assert_eq!(ask(&fake, "a").await.unwrap(), 1);
}
