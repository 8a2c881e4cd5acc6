//! Calls of all four kinds of methods.

use crate::{
    echo::{CHAT, DOWNLOAD, UNARY, UPLOAD},
    raw,
    support::start,
};

#[tokio::test]
async fn all_kinds_of_methods_are_served() {
    let server = start().await;
    let mut client = server.client().await;
    for (method, requests, responses) in [
        (UNARY, &["a"][..], &["a"][..]),
        (DOWNLOAD, &["numbers"], &["0", "1", "2"]),
        (UPLOAD, &["a", "b", "c"], &["a+b+c"]),
        (UPLOAD, &[], &[""]),
        (CHAT, &["a", "b"], &["a", "b"]),
        (CHAT, &[], &[]),
    ] {
        assert_eq!(client.call(method, requests).await.expect(method.path), responses, "{}", method.path);
    }
}

#[tokio::test]
async fn messages_are_compressed_both_ways() {
    let server = start().await;
    let mut client = server.client().await.compressed();
    assert_eq!(client.one("aaaa").await.expect("an answer"), "aaaa");

    let offered = raw::request(UNARY.path).header("grpc-accept-encoding", "gzip");
    let plain = raw::exchange(server.address, offered, raw::frame("a")).await;
    assert_eq!(plain.headers.get("grpc-encoding"), None, "an answer is compressed only if its request is");

    let in_lines = raw::request(UNARY.path).header("grpc-encoding", "gzip").header("grpc-accept-encoding", "identity");
    let in_lines = in_lines.header("grpc-accept-encoding", "deflate, gzip");
    let small = raw::exchange(server.address, in_lines, raw::frame("a")).await;
    assert_eq!(small.headers["grpc-encoding"], "gzip");

    let unknown = raw::request(UNARY.path).header("grpc-encoding", "br");
    let refused = raw::exchange(server.address, unknown, raw::framed(1, b"?")).await;
    assert_eq!(refused.grpc().0, "12");
    assert!(refused.headers["grpc-accept-encoding"].to_str().expect("text").contains("gzip"));
}

#[tokio::test]
async fn unknown_methods_and_services_are_unimplemented() {
    let server = start().await;
    for (path, message) in [
        ("/test.v1.Echo/Nope", "test.v1.Echo/Nope is not implemented"),
        ("/test.v1.Nope/Unary", "the service of /test.v1.Nope/Unary is not implemented"),
        ("/test.v1.Echo/Unary?x=1", "the service of /test.v1.Echo/Unary is not implemented"),
        ("/test.v1.Echo/Unary/", "test.v1.Echo/Unary/ is not implemented"),
        ("/test.v1.Echo/%55nary", "test.v1.Echo/%55nary is not implemented"),
        ("/", "the service of / is not implemented"),
    ] {
        let answer = raw::exchange(server.address, raw::request(path), raw::frame("a")).await;
        assert_eq!((answer.status.as_u16(), answer.grpc()), (200, ("12", message)), "{path}");
    }
}

#[tokio::test]
async fn handlers_see_the_address_of_the_caller() {
    let server = start().await;
    let mut client = server.client().await;
    let peer = client.one("peer").await.expect("an answer");
    assert!(peer.starts_with("127.0.0.1:"), "{peer}");
}

#[tokio::test]
async fn a_service_without_methods_is_unimplemented() {
    let adapter = rust_svc::Adapter::new("test.v1.Empty", std::sync::Arc::new(()));
    let server = crate::support::start_with(|server| server.adapter(adapter)).await;
    let answer = raw::exchange(server.address, raw::request("/test.v1.Empty/Any"), raw::frame("a")).await;
    assert_eq!(answer.grpc(), ("12", "test.v1.Empty/Any is not implemented"));
}
