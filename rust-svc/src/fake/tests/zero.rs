//! Sessions with zero responses.

use super::*;
use crate::{Streaming, fake::MethodFake};

fn zeroed<S: crate::fake::CallShape<Response: Default>>(session: &Session, method: Method) -> MethodFake<S> {
    session.fake::<S>(method).zeroed()
}

#[tokio::test]
async fn calls_without_a_script_get_empty_responses() {
    let session = Session::zero();
    let check: Unary<Query, u32> = zeroed(&session, CHECK_STOCK);
    let watch: ServerStreaming<Query, u32> = zeroed(&session, WATCH_STOCK);
    let upload: ClientStreaming<u32, usize> = zeroed(&session, UPLOAD);
    let assign: BidiStreaming<u32, u32> = zeroed(&session, ASSIGN);
    check.returns(7);
    assert_eq!(check.unary(Context::new(), query("a", 1)).await.unwrap(), 7);
    assert_eq!(check.unary(Context::new(), query("a", 1)).await.unwrap(), 0);
    assert_eq!(watch.server_streaming(Context::new(), query("a", 1)).await.unwrap().collect().await.unwrap(), [0; 0]);
    assert_eq!(upload.client_streaming(Context::new(), Streaming::from_messages([1, 2])).await.unwrap(), 0);
    let replies = assign.bidi_streaming(Context::new(), Streaming::from_messages([1, 2])).await.unwrap();
    assert_eq!(replies.collect().await.unwrap(), [0; 0]);
    assert_eq!((upload.requests(), assign.requests()), (vec![1, 2], vec![1, 2]));
    check.called(2);
}

#[tokio::test]
async fn scripts_of_a_session_with_zero_responses_are_verified() {
    let session = Session::zero();
    let check: Unary<Query, u32> = zeroed(&session, CHECK_STOCK);
    check.when(|it| it.quantity == 9).returns(7);
    check.unary(Context::new(), query("a", 1)).await.unwrap();
    assert!(panic_of(|| drop(session)).contains("was to respond exactly once, and got no call"));
}

#[tokio::test]
async fn a_response_without_a_default_needs_a_script() {
    let session = Session::zero();
    let check: Unary<Query, Word> = session.fake(CHECK_STOCK);
    assert_eq!(code(check.unary(Context::new(), query("a", 1)).await), Some(Code::Unimplemented));
    assert!(panic_of(|| drop(session)).contains("no script responds to it"));
}
