//! What bounds callers.

use std::{io::ErrorKind, time::Duration};

use rust_svc::{Code, Server};
use tokio::{io::AsyncReadExt, net::TcpStream};

use crate::{
    echo::UNARY,
    raw::{self, frame},
    support::{start, start_with},
};

#[tokio::test]
async fn a_port_in_use_fails_fast() {
    let server = start().await;
    let error = Server::new().bind(server.address.to_string()).await.expect_err("a port in use");
    assert_eq!(error.code(), Code::Unavailable);
    let start = format!("cannot listen on {}: ", server.address);
    assert!(error.message().starts_with(&start) && error.message().contains("another process listens there"));
}

#[tokio::test]
async fn an_address_that_is_none() {
    let error = Server::new().bind("127.0.0.1").await.expect_err("no port");
    assert!(error.message().contains("the address is HOST:PORT"), "{error}");
}

#[tokio::test]
async fn streams_at_once_are_announced() {
    let server = start_with(|server| server.max_concurrent_streams(7)).await;
    let client = raw::connect(server.address).await;
    let mut client = client;
    let request = raw::request(UNARY.path).body(()).expect("a request");
    let (response, mut sender) = client.send_request(request, false).expect("a stream");
    sender.send_data(frame("a"), true).expect("a frame");
    raw::read(response).await.expect("an answer");
    assert_eq!(client.current_max_send_streams(), 7);
}

#[tokio::test]
async fn too_many_headers() {
    let server = start().await;
    let request = raw::request(UNARY.path).header("x-large", "a".repeat(20_000));
    assert_eq!(raw::exchange(server.address, request, frame("a")).await.status, 431);
    assert_eq!(server.client().await.one("others").await.expect("an answer"), "others");
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_closed() {
    let server = start_with(|server| server.header_timeout(Duration::from_millis(20))).await;
    let mut silent = TcpStream::connect(server.address).await.expect("a connection");
    match silent.read(&mut [0]).await {
        Ok(read) => assert_eq!(read, 0),
        Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
    }
}
