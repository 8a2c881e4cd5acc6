//! The generated fake.

use mocks::ours::stock::v1::{CheckReply, CheckRequest, StockService, StockServiceFake};
use rust_svc::{Code, Context, Error};

fn tea() -> CheckRequest {
    CheckRequest { product_id: "tea".to_owned() }
}

#[tokio::test]
async fn a_request_with_certain_fields_is_answered_once() {
    let stock = StockServiceFake::new();
    stock.check.when(|request| request.product_id == "tea").times(1).returns(CheckReply { available: 7 });
    assert_eq!(stock.check(Context::new(), tea()).await.unwrap().available, 7);
}

#[tokio::test]
async fn two_calls_fail_and_the_third_is_answered() {
    let stock = StockServiceFake::new();
    stock.check.fails_times(2, Error::unavailable("restarting"));
    stock.check.returns(CheckReply { available: 7 });
    for _ in 0..2 {
        assert_eq!(stock.check(Context::new(), tea()).await.unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!(stock.check(Context::new(), tea()).await.unwrap().available, 7);
}

#[tokio::test]
async fn a_stream_fails_after_two_messages() {
    let stock = StockServiceFake::new();
    let watch = stock.watch.send(CheckReply { available: 2 }).send(CheckReply { available: 1 });
    watch.fail(Error::new(Code::DataLoss, "cut"));
    let mut replies = stock.watch(Context::new(), tea()).await.unwrap();
    assert_eq!(replies.message().await.unwrap().unwrap().available, 2);
    assert_eq!(replies.message().await.unwrap().unwrap().available, 1);
    assert_eq!(replies.message().await.unwrap_err().code(), Code::DataLoss);
}
