//! Errors as gRPC statuses.

use prost::Message;
use rust_svc::{rpc, wkt};
use tonic::Code;

use crate::{
    echo::{CHAT, DOWNLOAD, UNARY, UPLOAD},
    support::start,
};

#[tokio::test]
async fn code_message_and_details_reach_the_caller() {
    let server = start().await;
    let mut client = server.client().await;
    let unavailable = client.one("unavailable").await.expect_err("an error");
    assert_eq!((unavailable.code(), unavailable.message()), (Code::Unavailable, "down é"));
    assert!(unavailable.details().is_empty());

    let failure = client.one("failure").await.expect_err("an error");
    assert_eq!((failure.code(), failure.message()), (Code::FailedPrecondition, "not now"));
    assert!(!format!("{failure:?}").contains("secret"));
    let status = rpc::Status::decode(failure.details()).expect("google.rpc.Status");
    assert_eq!((status.code, status.message.as_str()), (9, "not now"));
    let violation = rpc::FieldViolation { field: "text".into(), description: "is wrong".into(), reason: String::new() };
    assert_eq!(detail::<rpc::BadRequest>(&status, "BadRequest"), rpc::BadRequest { field_violations: vec![violation] });
    let delay = wkt::Duration { seconds: 3, nanos: 0 };
    assert_eq!(detail::<rpc::RetryInfo>(&status, "RetryInfo"), rpc::RetryInfo { retry_delay: Some(delay) });
    assert_eq!(
        detail::<rpc::ErrorInfo>(&status, "ErrorInfo"),
        rpc::ErrorInfo { reason: "CLOSED".into(), ..Default::default() }
    );
}

fn detail<T: Message + Default>(status: &rpc::Status, name: &str) -> T {
    let url = format!("type.googleapis.com/google.rpc.{name}");
    let found = status.details.iter().find(|detail| detail.type_url == url).expect(name);
    T::decode(&found.value[..]).expect(name)
}

#[tokio::test]
async fn violations_are_bad_requests_in_every_kind() {
    let server = start().await;
    let mut client = server.client().await;
    for method in [UNARY, DOWNLOAD, UPLOAD, CHAT] {
        let status = client.call(method, &[""]).await.expect_err(method.path);
        assert_eq!((status.code(), status.message()), (Code::InvalidArgument, "text: is required"), "{}", method.path);
        let status = rpc::Status::decode(status.details()).expect("google.rpc.Status");
        let wrong: rpc::BadRequest = detail(&status, "BadRequest");
        assert_eq!(wrong.field_violations[0].field, "text");
    }
}

#[tokio::test]
async fn internal_errors_and_panics_do_not_reach_the_caller() {
    let server = start().await;
    let mut client = server.client().await;
    for (method, text) in [(UNARY, "internal"), (UNARY, "panic"), (DOWNLOAD, "panic"), (DOWNLOAD, "late panic")] {
        let status = client.call(method, &[text]).await.expect_err(text);
        assert_eq!((status.code(), status.message()), (Code::Internal, "internal error"), "{text}");
    }
    assert_eq!(client.one("still there").await.expect("an answer"), "still there");
}
