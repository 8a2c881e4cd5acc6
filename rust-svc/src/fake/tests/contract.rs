//! Requests and scripted responses are checked as in production.

use super::*;
use crate::{Message, Streaming, Violations};

/// A message whose quantity is at least 1.
#[derive(Clone, Debug, PartialEq)]
struct Amount(u32);

/// The encoding of an amount.
#[derive(Default)]
struct AmountWire(u32);

impl crate::Wire for AmountWire {
    fn to_bytes(&self) -> Vec<u8> {
        vec![0; self.0 as usize]
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        u32::try_from(bytes.len()).ok().map(Self)
    }
}

impl Message for Amount {
    const NAME: &'static str = "test.v1.Amount";
    type Wire = AmountWire;

    fn into_wire(self) -> AmountWire {
        AmountWire(self.0)
    }

    fn read(wire: AmountWire, violations: &mut Violations) -> Option<Self> {
        if wire.0 == 0 {
            violations.add("quantity", "must be at least 1");
        }
        Some(Self(wire.0))
    }
}

fn checked(session: &Session) -> Unary<Amount, Amount> {
    session.fake(CHECK_STOCK).checked()
}

#[tokio::test]
async fn a_request_that_production_refuses_reaches_no_script_and_fails_the_test() {
    let session = Session::new();
    let check = checked(&session);
    check.always(Amount(1));
    let error = check.unary(Context::new(), Amount(0)).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::InvalidArgument, "quantity: must be at least 1"));
    assert_eq!(error.violations().len(), 1);
    let text = panic_of(|| drop(session));
    assert!(text.contains("call #1 was unexpected: its request violates the contract\n"), "{text}");
    assert!(text.contains("\n  contract  quantity: must be at least 1\n"), "{text}");
}

#[tokio::test]
async fn a_request_above_the_limit_is_refused() {
    let session = Session::lenient();
    let check = checked(&session);
    check.always(Amount(1));
    assert_eq!(check.unary(Context::new(), Amount(4 << 20)).await.unwrap(), Amount(1));
    let error = check.unary(Context::new(), Amount((4 << 20) + 1)).await.unwrap_err();
    assert_eq!(error.code(), Code::ResourceExhausted);
}

#[tokio::test]
async fn a_scripted_response_that_violates_the_contract_fails_call_and_test() {
    let session = Session::new();
    let check = checked(&session);
    let watch: ServerStreaming<Amount, Amount> = session.fake(WATCH_STOCK).checked();
    check.returns(Amount(0));
    check.returns_with(async |_| Ok(Amount(0)));
    watch.send(Amount(1)).send(Amount(0)).end();
    for _ in 0..2 {
        assert_eq!(code(check.unary(Context::new(), Amount(1)).await), Some(Code::Internal));
    }
    let mut levels = watch.server_streaming(Context::new(), Amount(1)).await.unwrap();
    assert_eq!(levels.next().await.unwrap().unwrap(), Amount(1));
    assert_eq!(code(levels.next().await.unwrap()), Some(Code::Internal));
    let text = panic_of(|| drop(session));
    assert_eq!(text.matches("violates the contract: quantity: must be at least 1").count(), 3, "{text}");
}

#[tokio::test]
async fn messages_of_a_stream_are_checked_when_they_are_read() {
    let session = Session::new();
    let upload: ClientStreaming<Amount, Amount> = session.fake(UPLOAD).checked();
    upload.returns_with(async |call| Ok(call.request()[0].clone()));
    let requests = Streaming::from_messages([Amount(1), Amount(0)]);
    let error = upload.client_streaming(Context::new(), requests).await.unwrap_err();
    assert_eq!(error.code(), Code::InvalidArgument);
    assert!(panic_of(|| drop(session)).contains("a request of it violates the contract\n  contract  quantity: must"));
}

#[tokio::test]
async fn a_script_may_be_unchecked() {
    let session = Session::new();
    let check = checked(&session);
    let upload: ClientStreaming<Amount, Amount> = session.fake(UPLOAD).checked();
    check.unchecked().returns(Amount(0));
    upload.script().unchecked().returns_with(async |call| Ok(call.request()[0].clone()));
    assert_eq!(check.unary(Context::new(), Amount(0)).await.unwrap(), Amount(0));
    let requests = Streaming::from_messages([Amount(0)]);
    assert_eq!(upload.client_streaming(Context::new(), requests).await.unwrap(), Amount(0));
}

#[tokio::test]
async fn records_have_responses() {
    let session = Session::new();
    let check = checked(&session);
    check.returns(Amount(7));
    check.unary(Context::new(), Amount(2)).await.unwrap();
    let call = &check.calls()[0];
    call.assert_response(&Amount(7));
    assert_eq!((call.response(), call.responses().len()), (Some(&Amount(7)), 1));
    assert!(
        panic_of(|| call.assert_response(&Amount(8)))
            .starts_with("expected the response {\"Amount\":8}, got {\"Amount\":7}: call #1")
    );
}
