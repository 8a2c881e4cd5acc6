//! Headers and trailers both ways.

use crate::{
    echo::{DOWNLOAD, UNARY, UPLOAD},
    raw::{self, exchange, frame},
    support::{ping, start},
};
use http::HeaderMap;

fn values<'a>(headers: &'a HeaderMap, name: &str) -> Vec<&'a str> {
    headers.get_all(name).iter().map(|value| value.to_str().expect("text")).collect()
}

#[tokio::test]
async fn headers_and_trailers_of_every_answer() {
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
async fn an_error_without_headers_is_trailers_alone() {
    let server = start().await;
    let answer = exchange(server.address, raw::request(UNARY.path), frame("trailers, then error")).await;
    assert!(answer.trailers.is_none() && answer.data.is_empty());
    assert_eq!(answer.grpc().0, "9");
    assert_eq!(values(&answer.headers, "x-trailer"), ["1"]);
    assert_eq!(values(&answer.headers, "x-error"), ["1", "2"]);
}

#[tokio::test]
async fn trailers_set_while_streaming() {
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

/// A client that takes less gives up; none waits for ever.
#[tokio::test]
async fn metadata_that_is_large() {
    let server = start().await;
    for method in [UNARY, DOWNLOAD] {
        let answer = exchange(server.address, raw::request(method.path), frame("large metadata")).await;
        assert_eq!(answer.grpc().0, "0");
        for headers in [&answer.headers, answer.trailers.as_ref().expect("trailers")] {
            assert_eq!(headers["x-large"].len(), 100_000);
        }
    }
    let client = rust_svc::Client::new(format!("http://{}", server.address)).expect("an address");
    let request = crate::echo::Ping { text: "large metadata".to_owned() };
    let answered = client.unary(UNARY, rust_svc::Context::new(), request);
    let _: rust_svc::Result<crate::echo::Pong> = crate::support::soon(answered).await;
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn what_belongs_to_the_protocol_reaches_no_handler() {
    let server = start().await;
    let request = raw::request(UNARY.path).header("grpc-status", "3").header("grpc-message", "a").header("x-a", "1");
    let answer = exchange(server.address, request, frame("metadata")).await;
    assert_eq!(answer.grpc(), ("0", ""));
    assert_eq!(values(&answer.headers, "x-a"), ["1"]);
    assert_eq!(values(answer.trailers.as_ref().expect("trailers"), "grpc-status"), ["0"]);
}
