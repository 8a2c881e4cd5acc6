//! mockall, with a trait written by hand: tonic's client has none.

use futures::{Stream, StreamExt, stream, stream::BoxStream};
use mockall::{automock, predicate::eq};
use mocks::tonic_stubs::{CheckReply, CheckRequest};
use tonic::{Code, Status};

#[automock]
#[async_trait::async_trait]
trait Stock {
    async fn check(&self, request: CheckRequest) -> Result<CheckReply, Status>;
    async fn watch(&self, request: CheckRequest) -> Result<BoxStream<'static, Result<CheckReply, Status>>, Status>;
}

fn tea() -> CheckRequest {
    CheckRequest { product_id: "tea".to_owned() }
}

#[tokio::test]
async fn a_request_with_certain_fields_is_answered_once() {
    let mut stock = MockStock::new();
    stock.expect_check().with(eq(tea())).times(1).returning(|_| Ok(CheckReply { available: 7 }));
    assert_eq!(stock.check(tea()).await.unwrap().available, 7);
}

#[tokio::test]
async fn two_calls_fail_and_the_third_is_answered() {
    let mut stock = MockStock::new();
    stock.expect_check().times(2).returning(|_| Err(Status::unavailable("restarting")));
    stock.expect_check().times(1).returning(|_| Ok(CheckReply { available: 7 }));
    for _ in 0..2 {
        assert_eq!(stock.check(tea()).await.unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!(stock.check(tea()).await.unwrap().available, 7);
}

#[tokio::test]
async fn a_stream_fails_after_two_messages() {
    let mut stock = MockStock::new();
    stock.expect_watch().times(1).returning(|_| Ok(replies().boxed()));
    let mut replies = stock.watch(tea()).await.unwrap();
    assert_eq!(replies.next().await.unwrap().unwrap().available, 2);
    assert_eq!(replies.next().await.unwrap().unwrap().available, 1);
    assert_eq!(replies.next().await.unwrap().unwrap_err().code(), Code::DataLoss);
}

fn replies() -> impl Stream<Item = Result<CheckReply, Status>> {
    let items = [Ok(CheckReply { available: 2 }), Ok(CheckReply { available: 1 }), Err(Status::data_loss("cut"))];
    stream::iter(items)
}
