use super::*;
use crate::{Streaming, fake::CallOutcome};

async fn send(fake: &ClientStreaming<u32, usize>, messages: impl IntoIterator<Item = u32>) -> Result<usize> {
    let messages: Vec<_> = messages.into_iter().collect();
    fake.client_streaming(Context::new(), Streaming::from_messages(messages)).await
}

#[tokio::test]
async fn a_script_reads_all_messages_before_it_responds() {
    let fake = upload();
    fake.returns(7);
    fake.fails_times(1, flaky());
    fake.returns_with(async |call| Ok(call.request().len()));
    assert_eq!(send(&fake, [1, 2]).await.unwrap(), 7);
    assert_eq!(code(send(&fake, [3]).await), Some(Code::Unavailable));
    assert_eq!(send(&fake, [4, 5, 6]).await.unwrap(), 3);
    assert_eq!(fake.calls()[0].requests(), [1, 2]);
    assert_eq!(fake.requests(), [1, 2, 4, 5, 6]);
    fake.called(3);
}

#[tokio::test]
async fn a_call_without_a_script_is_unimplemented() {
    assert_eq!(code(send(&upload(), [1]).await), Some(Code::Unimplemented));
}

#[tokio::test]
async fn a_script_may_respond_while_the_caller_still_sends() {
    let fake = upload();
    fake.when_metadata("x-quota", "0").after_messages(2).fails(Error::resource_exhausted("quota"));
    fake.after_messages(1).returns(1);
    let (sender, messages) = Streaming::channel(8);
    for message in 0..5 {
        sender.send(message).await.unwrap();
    }
    let cx = Context::new().with_metadata("x-quota", "0").unwrap();
    assert_eq!(code(fake.client_streaming(cx, messages).await), Some(Code::ResourceExhausted));
    assert!(sender.is_closed());
    assert_eq!(fake.requests(), [0, 1]);
    assert_eq!(send(&fake, [8, 9]).await.unwrap(), 1);
}

#[tokio::test]
async fn a_call_that_meets_the_expectations_gets_the_response() {
    let fake = upload();
    fake.first(|it| *it == 1).each(|it| *it < 9).at_least(2).returns(2);
    assert_eq!(send(&fake, [1, 8]).await.unwrap(), 2);
    fake.verify();
}

#[tokio::test]
async fn an_unmet_expectation_fails_call_and_test() {
    let fake = upload();
    let line = line!() + 1;
    fake.script().any_times().first(|it| *it == 1).at_least(2).returns(2);
    let at = format!("the script at {}:{line}", file!());
    for (messages, expected) in [
        (vec![2], format!("{at}:31 expects another message than number 1: 2")),
        (vec![1], format!("{at}:52 expects at least 2 messages, got 1")),
        (vec![], format!("{at}:52 expects at least 2 messages, got 0")),
    ] {
        let error = send(&fake, messages).await.unwrap_err();
        assert_eq!(error.code(), Code::FailedPrecondition);
        let number = fake.calls().len();
        assert_eq!(error.message(), format!("inventory.v1.InventoryService/Upload: {expected}"));
        let text = panic_of(|| fake.verify());
        let failure = format!("inventory.v1.InventoryService/Upload: call #{number} was unexpected: {expected}");
        assert_eq!(text.lines().next(), Some(failure.as_str()));
    }
    fake.verify();
}

#[tokio::test]
async fn an_error_of_the_caller_is_passed_on() {
    let fake = upload();
    fake.always(1);
    let broken = Streaming::failed(Error::cancelled("gone"));
    assert_eq!(code(fake.client_streaming(Context::new(), broken).await), Some(Code::Cancelled));
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_end_ends_at_the_deadline() {
    let fake = upload();
    fake.always(1);
    let (sender, messages) = Streaming::channel(1);
    sender.send(5).await.unwrap();
    assert_eq!(code(fake.client_streaming(within(300), messages).await), Some(Code::DeadlineExceeded));
    assert_eq!(fake.calls()[0].outcome(), Some(CallOutcome::Failed(Code::DeadlineExceeded)));
    assert_eq!(fake.requests(), [5]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_may_read_by_itself() {
    let fake = upload();
    fake.delay(ms(10)).times(1).handles(async |call| {
        let mut messages = call.into_request();
        let mut sum = 0;
        while let Some(message) = messages.next().await.transpose()? {
            sum += message as usize;
        }
        Ok(sum)
    });
    assert_eq!(send(&fake, [1, 2, 3]).await.unwrap(), 6);
    assert_eq!(code(send(&fake, [1]).await), Some(Code::Unimplemented));
}

#[tokio::test]
async fn the_test_takes_a_call_and_controls_it() {
    let fake = upload();
    let taken = fake.take();
    let sender = tokio::spawn({
        let fake = fake.clone();
        async move { send(&fake, [1, 2]).await }
    });
    let mut call = taken.await;
    assert_eq!(call.recv().await.unwrap(), Some(1));
    assert_eq!(call.recv().await.unwrap(), Some(2));
    assert_eq!(call.recv().await.unwrap(), None);
    call.answer(2);
    assert_eq!(sender.await.unwrap().unwrap(), 2);
}
