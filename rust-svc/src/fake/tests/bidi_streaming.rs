use tokio::time::{self, Instant};

use super::*;
use crate::{Sender, Streaming, fake::CallOutcome};

async fn open(fake: &BidiStreaming<Word, Word>) -> (Sender<Word>, Streaming<Word>) {
    let (sender, requests) = Streaming::channel(4);
    (sender, fake.bidi_streaming(Context::new(), requests).await.unwrap())
}

async fn next(answers: &mut Streaming<Word>) -> Word {
    answers.next().await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_dialogue_follows_its_script() {
    let fake = assign();
    fake.send(Word::Offer)
        .expect(ms(200), |it| *it == Word::Accept)
        .wait(ms(5))
        .send(Word::Route)
        .expect_end(ms(500))
        .end();
    let start = Instant::now();
    let (sender, mut answers) = open(&fake).await;
    assert_eq!(next(&mut answers).await, Word::Offer);
    sender.send(Word::Accept).await.unwrap();
    assert_eq!(next(&mut answers).await, Word::Route);
    assert_eq!(start.elapsed(), ms(5));
    drop(sender);
    assert!(answers.next().await.is_none());
    assert_eq!(fake.requests(), [Word::Accept]);
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Ok));
    fake.verify();
}

#[tokio::test(start_paused = true)]
async fn an_unmet_expectation_fails_call_and_test() {
    for (sent, ends, expected) in [
        (vec![Word::Decline], false, "expects another message, got \"Decline\""),
        (vec![], false, "expects a message, got nothing within 200ms"),
        (vec![], true, "expects a message, got the end"),
        (vec![Word::Accept, Word::More], false, "expects the end, got \"More\""),
        (vec![Word::Accept], false, "expects the end, got nothing within 500ms"),
    ] {
        let fake = assign();
        fake.expect(ms(200), |it| *it == Word::Accept).expect_end(ms(500)).end();
        let (sender, mut answers) = open(&fake).await;
        for message in sent {
            sender.send(message).await.unwrap();
        }
        let _open = (!ends).then_some(sender);
        let error = answers.next().await.unwrap().unwrap_err();
        assert_eq!(error.code(), Code::FailedPrecondition);
        assert!(error.message().ends_with(expected), "{error}");
        assert!(panic_of(|| fake.verify()).lines().next().unwrap().ends_with(expected));
    }
}

#[tokio::test]
async fn the_script_goes_on_while_the_caller_only_sends() {
    let fake = assign();
    fake.send(Word::Hello).expect(ms(200), |_| true).expect(ms(200), |_| true).expect(ms(200), |_| true).end();
    let (sender, requests) = Streaming::channel(1);
    let answers = fake.bidi_streaming(Context::new(), requests).await.unwrap();
    for message in [Word::Accept, Word::Decline, Word::More] {
        sender.send(message).await.unwrap();
    }
    assert_eq!(answers.collect().await.unwrap(), [Word::Hello]);
}

#[tokio::test]
async fn a_call_fails_before_or_after_its_first_message() {
    let fake = assign();
    fake.fails(flaky());
    fake.send(Word::Offer).fail(Error::aborted("reassigned"));
    let answer = fake.bidi_streaming(Context::new(), Streaming::empty()).await;
    assert_eq!(code(answer), Some(Code::Unavailable));
    let (_sender, mut answers) = open(&fake).await;
    assert_eq!(next(&mut answers).await, Word::Offer);
    assert_eq!(code(answers.next().await.unwrap()), Some(Code::Aborted));
}

#[tokio::test(start_paused = true)]
async fn a_stall_ends_at_the_deadline() {
    let fake = assign();
    fake.send(Word::Offer).stall();
    let start = Instant::now();
    let answers = fake.bidi_streaming(within(300), Streaming::empty()).await.unwrap();
    assert_eq!(code(answers.collect().await), Some(Code::DeadlineExceeded));
    assert_eq!(start.elapsed(), ms(300));
}

#[tokio::test]
async fn a_handler_serves_the_stream() {
    let fake = assign();
    fake.when_metadata("x-mode", "echo").handles(async |call| Ok(call.into_request()));
    let cx = Context::new().with_metadata("x-mode", "echo").unwrap();
    let answers = fake.bidi_streaming(cx, Streaming::from_messages([Word::Accept, Word::Decline])).await.unwrap();
    assert_eq!(answers.collect().await.unwrap(), [Word::Accept, Word::Decline]);
    let answer = fake.bidi_streaming(Context::new(), Streaming::empty()).await;
    assert_eq!(code(answer), Some(Code::Unimplemented));
}

#[tokio::test]
async fn the_test_takes_a_call_and_controls_it() {
    let fake = assign();
    let taken = fake.take();
    let courier = tokio::spawn({
        let fake = fake.clone();
        async move {
            let (sender, requests) = Streaming::channel(1);
            let cx = Context::new().with_metadata("x-courier", "c1").unwrap();
            let mut offers = fake.bidi_streaming(cx, requests).await.unwrap();
            let offer = next(&mut offers).await;
            sender.send(Word::Accept).await.unwrap();
            (offer, offers.next().await.unwrap())
        }
    });
    let mut call = taken.await;
    assert_eq!(call.metadata().get("x-courier"), Some("c1"));
    call.send(Word::Offer).await.unwrap();
    assert_eq!(call.recv().await.unwrap(), Some(Word::Accept));
    call.fail(Error::aborted("reassigned")).await;
    let (offer, end) = courier.await.unwrap();
    assert_eq!((offer, code(end)), (Word::Offer, Some(Code::Aborted)));
}

#[tokio::test]
async fn manual_calls_are_taken_in_order() {
    let fake = assign();
    let mut calls = fake.manual_calls();
    let (fake_1, fake_2) = (fake.clone(), fake.clone());
    let couriers = tokio::spawn(async move { tokio::join!(open(&fake_1), open(&fake_2)) });
    let (first, second) = (calls.take().await, calls.take().await);
    assert_eq!((first.number(), second.number()), (1, 2));
    first.begin();
    second.begin();
    couriers.await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn the_test_sees_cancellation() {
    let fake = assign();
    let taken = fake.take();
    let (sender, requests) = Streaming::channel(1);
    let (cx, guard) = Context::new().with_cancel_guard();
    let opened = tokio::spawn({
        let fake = fake.clone();
        async move { fake.bidi_streaming(cx, requests).await }
    });
    let mut call = taken.await;
    call.begin();
    let answers = opened.await.unwrap().unwrap();
    assert!(time::timeout(ms(10), call.recv()).await.is_err());
    drop(guard);
    call.cancelled().await;
    assert_eq!(code(call.recv().await), Some(Code::Cancelled));
    assert_eq!(code(answers.collect().await), Some(Code::Cancelled));
    drop(sender);
}
