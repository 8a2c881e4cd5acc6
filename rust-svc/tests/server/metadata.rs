//! Metadata in headers and trailers.

use futures::FutureExt;
use http::HeaderMap;
use rust_svc::{Client, Code, Context, Result, Streaming};

use crate::{
    echo::{DOWNLOAD, Ping, Pong, UNARY, UPLOAD},
    raw::{self, exchange, frame},
    support::{ping, soon, start},
};

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().expect("text")).collect()
}

#[tokio::test]
async fn handlers_set_headers_and_trailers() {
    let server = start().await;
    for (method, text, status) in
        [(UNARY, "metadata", "0"), (DOWNLOAD, "metadata", "0"), (UNARY, "metadata, then error", "9")]
    {
        let request = raw::request(method.path).header("x-a", "1").header("x-a", "2").header("x-b-bin", "AP8=");
        let answer = exchange(server.address, request, frame(text)).await;
        let trailers = answer.trailers.as_ref().expect("trailers beside headers");
        assert_eq!(answer.grpc().0, status);
        assert_eq!(values(&answer.headers, "x-a"), ["1", "2"]);
        assert_eq!(values(&answer.headers, "x-b-bin"), ["AP8"]);
        assert_eq!(values(&answer.headers, "grpc-status"), [""; 0]);
        assert_eq!(values(&answer.headers, "content-type"), ["application/grpc"]);
        assert_eq!(values(trailers, "y-a"), ["1", "2"]);
        assert_eq!(values(trailers, "y-b-bin"), ["AP8"]);
        assert_eq!(values(trailers, "content-type"), [""; 0]);
    }
}

#[tokio::test]
async fn an_error_without_headers_is_trailers_only() {
    let server = start().await;
    let answer = exchange(server.address, raw::request(UNARY.path), frame("trailers, then error")).await;
    assert!(answer.trailers.is_none() && answer.data.is_empty());
    assert_eq!(answer.grpc().0, "9");
    assert_eq!(values(&answer.headers, "x-trailer"), ["1"]);
    assert_eq!(values(&answer.headers, "x-error"), ["1", "2"]);
}

#[tokio::test]
async fn trailers_may_be_set_while_streaming() {
    let server = start().await;
    let late = exchange(server.address, raw::request(DOWNLOAD.path), frame("late error")).await;
    assert_eq!(late.grpc(), ("15", "lost"));
    assert_eq!(values(late.trailers.as_ref().expect("trailers"), "x-late"), ["1"]);

    let pings = futures::stream::iter(["a", "b"].map(ping));
    let pongs = server.client().await.stream(UPLOAD, tonic::Request::new(pings)).await.expect("an answer");
    let trailers = pongs.into_inner().trailers().await.expect("an end").expect("trailers");
    assert_eq!(trailers.get("x-count").expect("a trailer"), "2");
}

#[tokio::test]
async fn malformed_metadata_is_named() {
    let server = start().await;
    let request = raw::request(UNARY.path).header("x-b-bin", "???");
    let answer = exchange(server.address, request, frame("a")).await;
    assert_eq!(answer.grpc(), ("3", "the value of metadata `x-b-bin` is not base64"));
}

#[tokio::test]
async fn large_metadata_is_sent() {
    let server = start().await;
    for method in [UNARY, DOWNLOAD] {
        let answer = exchange(server.address, raw::request(method.path), frame("large metadata")).await;
        assert_eq!(answer.grpc().0, "0");
        for headers in [&answer.headers, answer.trailers.as_ref().expect("trailers")] {
            assert_eq!(headers["x-large"].len(), 100_000);
        }
    }
}

/// Headers above the limit of a caller end one call, not its connection.
#[tokio::test]
async fn metadata_above_the_limit_of_the_caller_fails_the_call() {
    let server = start().await;
    let client = Client::new(format!("http://{}", server.address)).expect("an address");
    let ping = |text: &str| Ping { text: text.to_owned() };
    let mut beside: Streaming<Pong> =
        client.server_streaming(DOWNLOAD, Context::new(), ping("stall")).await.expect("a stream");
    beside.next().await.expect("a message").expect("a message");
    for (text, code, message) in [
        ("large metadata", Code::Internal, "the headers of the response are larger than the "),
        ("large trailers", Code::Internal, "the trailers of the response are larger than the "),
        ("large trailers, then error", Code::FailedPrecondition, "not now"),
    ] {
        let unary: Result<Pong> = soon(client.unary(UNARY, Context::new(), ping(text))).await;
        let many = soon(client.server_streaming(DOWNLOAD, Context::new(), ping(text))).await;
        let many: Result<Vec<Pong>> = async { soon(many?.collect()).await }.await;
        for error in [unary.expect_err(text), many.expect_err(text)] {
            assert_eq!(error.code(), code, "{text}");
            assert!(error.message().starts_with(message), "{error}");
            assert_eq!(error.details().is_empty(), code == Code::Internal, "{text}");
        }
    }
    assert!(beside.next().now_or_never().is_none(), "a call beside them goes on");
}

#[tokio::test]
async fn headers_of_the_protocol_are_not_metadata() {
    let server = start().await;
    let request = raw::request(UNARY.path).header("grpc-status", "3").header("grpc-message", "a").header("x-a", "1");
    let answer = exchange(server.address, request, frame("metadata")).await;
    assert_eq!(answer.grpc(), ("0", ""));
    assert_eq!(values(&answer.headers, "x-a"), ["1"]);
    assert_eq!(values(answer.trailers.as_ref().expect("trailers"), "grpc-status"), ["0"]);
}
