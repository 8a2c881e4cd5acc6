//! Messages, metadata and compression.

use bytes::Bytes;
use http::HeaderMap;
use http_body::Frame;
use rust_svc::{Body, Client, Code, Context, Message, Metadata, Violations};

use crate::{
    GET,
    in_process::{build, client, failure_with, pieces},
    wire::{Call, Server, Then, frame},
};

/// A text that may not be empty.
#[derive(Debug, PartialEq)]
struct Name(String);

impl Message for Name {
    const NAME: &'static str = "test.v1.Name";
    type Wire = String;

    fn into_wire(self) -> String {
        self.0
    }

    fn read(wire: String, violations: &mut Violations) -> Option<Self> {
        if wire.is_empty() { violations.reject("a name is never empty") } else { Some(Self(wire)) }
    }
}

fn headers(entries: &[(&'static str, &'static str)]) -> HeaderMap {
    entries.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
}

#[tokio::test]
async fn an_invalid_response_is_internal() {
    for (bytes, message) in [
        (frame(""), "test.v1.Test/Get answered with a message that breaks its contract"),
        (Bytes::from_static(&[0, 0, 0, 0, 1, 255]), "test.v1.Test/Get answered with a message that cannot be decoded"),
    ] {
        let (client, _) = client(move |_| {
            let pieces = pieces([Frame::data(bytes.clone()), Frame::trailers(headers(&[("grpc-status", "0")]))]);
            async { pieces }
        });
        let error = client.unary::<_, Name, _, _>(GET, Context::new(), Name("n".into())).await.unwrap_err();
        assert_eq!((error.code(), error.message()), (Code::Internal, message));
        assert!(error.violations().is_empty(), "violations of a response do not concern the caller");
        assert!(std::error::Error::source(&error).is_some());
    }
}

#[tokio::test]
async fn headers_and_trailers_are_received_separately() {
    let server = Server::start(|mut call: Call| async move {
        let response = http::Response::builder()
            .header("content-type", "application/grpc")
            .header("x-both", "header")
            .header("x-raw-bin", "AP8")
            .body(())
            .unwrap();
        let mut stream = call.respond.send_response(response, false).unwrap();
        stream.send_data(frame("answer"), false).unwrap();
        stream.send_trailers(headers(&[("grpc-status", "0"), ("x-both", "trailer")])).unwrap();
        Then::Keep
    })
    .await;
    let client = Client::builder(format!("http://{}", server.address)).metadata("x-static", "s").build().unwrap();
    let cx = Context::new().with_metadata("x-tenant", "t1").unwrap();
    let cx = cx.with_metadata("x-raw-bin", vec![1_u8, 2]).unwrap();
    let cx = cx.with_metadata("user-agent", "a browser").unwrap().with_metadata("content-type", "text/html").unwrap();
    let answer: String = client.unary(GET, cx.clone(), String::new()).await.unwrap();
    assert_eq!(answer, "answer");

    for (name, value) in
        [("x-static", "s"), ("x-tenant", "t1"), ("x-raw-bin", "AQI"), ("content-type", "application/grpc")]
    {
        assert_eq!(server.header(name), [Some(value.to_owned())], "{name}");
    }
    assert!(!server.header("user-agent")[0].as_ref().unwrap().contains("browser"));
    assert_eq!(cx.headers().get("x-both"), Some("header"));
    assert_eq!(cx.headers().get_binary("x-raw-bin"), Some(&[0, 255][..]));
    assert_eq!(cx.trailers().get("x-both"), Some("trailer"));
    assert_eq!(cx.trailers().len(), 1);
}

/// Responds to a request with its own bytes.
async fn echo(mut call: Call) -> Then {
    let request = call.body.data().await.unwrap().unwrap();
    call.body.flow_control().release_capacity(request.len()).unwrap();
    let response = http::Response::builder().header("content-type", "application/grpc").header("grpc-encoding", "gzip");
    let mut stream = call.respond.send_response(response.body(()).unwrap(), false).unwrap();
    stream.send_data(request, false).unwrap();
    stream.send_trailers(headers(&[("grpc-status", "0")])).unwrap();
    Then::Keep
}

#[tokio::test]
async fn requests_are_compressed_if_enabled_and_responses_may_be() {
    let server = Server::start(echo).await;
    let builder = Client::builder(format!("http://{}", server.address));
    for (client, encoding) in [(builder.clone().gzip(), Some("gzip".to_owned())), (builder, None)] {
        assert_eq!(crate::call(&client.build().unwrap(), GET).await.unwrap(), "request");
        assert_eq!(server.header("grpc-encoding").pop().unwrap(), encoding);
        assert_eq!(server.header("grpc-accept-encoding").pop().unwrap().unwrap(), "gzip");
    }
}

#[tokio::test]
async fn the_trailers_of_an_error_are_in_the_error_and_in_the_context() {
    let (client, _) = client(|_| async {
        failure_with(9, &[("grpc-message", "not%20now"), ("x-shard", "7"), ("grpc-status-details-bin", "no base64!")])
    });
    let cx = Context::new();
    let error = client.unary::<_, String, _, _>(GET, cx.clone(), String::new()).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::FailedPrecondition, "not now"));
    assert_eq!((error.metadata().get("x-shard"), cx.trailers().get("x-shard")), (Some("7"), Some("7")));
    assert_eq!(cx.headers(), Metadata::new());
}

#[tokio::test]
async fn the_error_of_a_service_in_this_process_is_returned() {
    let service = tower::service_fn(|_: http::Request<Body>| async {
        Err::<http::Response<Body>, _>(rust_svc::Error::permission_denied("no"))
    });
    let error = crate::call(&Client::from_service(service), GET).await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Code::PermissionDenied, "no"));
}

#[tokio::test]
async fn a_call_succeeds_with_another_authority() {
    let server = Server::start(|call| async move { call.answer("answer") }).await;
    let builder = Client::builder(format!("http://{}", server.address)).authority("inventory.internal:443");
    assert!(crate::call(&builder.build().unwrap(), GET).await.is_ok());
}

#[tokio::test]
async fn a_method_with_an_invalid_path_is_not_called() {
    let (client, log) = build(Client::builder("local"), |_| async { failure_with(0, &[]) });
    let error = crate::call(&client, rust_svc::Method::unary("no path")).await.unwrap_err();
    assert_eq!((error.code(), log.calls()), (Code::Internal, 0));
}
