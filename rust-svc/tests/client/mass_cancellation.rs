//! Thousands of calls that are given up at once.

use bytes::Bytes;
use rust_svc::{Client, Context, Streaming};
use tokio::{net::TcpListener, sync::mpsc, task::JoinSet};

use crate::{
    GET, WATCH, call,
    wire::{Call, Then, frame},
};

const STREAMS: u32 = 200;
const CALLS: usize = 5000;

/// Accepts one connection with this many streams, and reports each call.
async fn serve(listener: TcpListener, calls: mpsc::UnboundedSender<Call>) {
    let (socket, _) = listener.accept().await.unwrap();
    let mut builder = h2::server::Builder::new();
    let mut connection = builder.max_concurrent_streams(STREAMS).handshake::<_, Bytes>(socket).await.unwrap();
    while let Some(Ok((request, respond))) = connection.accept().await {
        let call = Call { index: 0, body: request.into_body(), buffer: Default::default(), respond };
        calls.send(call).unwrap();
    }
}

#[tokio::test]
async fn calls_given_up_while_they_wait_are_not_sent_and_end_no_other_call() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, mut calls) = mpsc::unbounded_channel();
    let server = tokio::spawn(serve(listener, sender));
    let client = Client::builder(address).max_connections(1).build().unwrap();
    let mut watch: Streaming<String> = client.server_streaming(WATCH, Context::new(), String::new()).await.unwrap();
    let mut watched = calls.recv().await.unwrap().begin();

    let mut callers = JoinSet::new();
    for _ in 0..CALLS {
        let client = client.clone();
        callers.spawn(async move { call(&client, GET.no_breaker()).await });
    }
    let mut in_flight = Vec::new();
    while in_flight.len() < STREAMS as usize - 1 {
        in_flight.push(calls.recv().await.unwrap());
    }
    callers.shutdown().await;

    for mut given_up in in_flight {
        given_up.reset_by_client().await;
    }
    let next = tokio::spawn(async move { call(&client, GET).await });
    let _: Then = calls.recv().await.unwrap().answer("next");
    assert_eq!(next.await.unwrap().unwrap(), "next");
    assert!(calls.try_recv().is_err(), "no call that waited was sent");
    watched.send_data(frame("still open"), false).unwrap();
    assert_eq!(watch.message().await.unwrap().unwrap(), "still open");
    assert!(!server.is_finished(), "the connection is the same");
}
