//! The connection of a client: when it opens and closes, and its limits.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use futures::StreamExt;
use h2::{Reason, RecvStream};
use rust_svc::{Client, Code, Context, Streaming};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
    sync::mpsc,
    time,
};

use crate::{
    GET, UPLOAD, WATCH, call,
    wire::{Server, Then, frame},
};

/// Listens, and passes each connection on to the receiver.
async fn listen() -> (String, mpsc::UnboundedReceiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, accepted) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((socket, _)) = listener.accept().await {
            sender.send(socket).unwrap();
        }
    });
    (address, accepted)
}

/// Reads a body, and returns its length.
async fn read(body: &mut RecvStream) -> usize {
    let mut count = 0;
    while let Some(data) = body.data().await {
        count += data.as_ref().unwrap().len();
        body.flow_control().release_capacity(data.unwrap().len()).unwrap();
    }
    count
}

#[tokio::test]
async fn concurrent_calls_share_a_connection() {
    let (address, mut accepted) = listen().await;
    let client = Client::new(address).unwrap();
    let calls = (0..50).map(|_| call(&client, GET.timeout_ms(200).no_breaker()));
    futures::future::join_all(calls).await;
    assert!(accepted.recv().await.is_some());
    assert!(accepted.try_recv().is_err(), "one connection is enough");
}

/// A server that stops closes connections that it has not accepted.
#[tokio::test]
async fn a_connection_that_ends_before_its_settings_is_opened_once_more() {
    let (address, mut accepted) = listen().await;
    let client = Client::new(address).unwrap();
    let waiting = tokio::spawn(async move { call(&client, GET.timeout_ms(5000).no_breaker()).await });
    drop(accepted.recv().await.unwrap());
    let mut connection = h2::server::handshake(accepted.recv().await.unwrap()).await.unwrap();
    let (_, mut respond) = connection.accept().await.unwrap().unwrap();
    respond.send_reset(Reason::INTERNAL_ERROR);
    assert!(connection.accept().await.is_none());
    assert_eq!(waiting.await.unwrap().unwrap_err().code(), Code::Internal);
}

#[tokio::test]
async fn a_server_that_closes_all_connections_is_unavailable() {
    let (address, mut accepted) = listen().await;
    let client = Client::new(address).unwrap();
    let waiting = tokio::spawn(async move { call(&client, GET.timeout_ms(5000).no_breaker()).await });
    for _ in 0..2 {
        drop(accepted.recv().await.unwrap());
    }
    assert_eq!(waiting.await.unwrap().unwrap_err().code(), Code::Unavailable);
    assert!(accepted.try_recv().is_err(), "it is not dialled a third time");
}

#[tokio::test]
async fn a_dropped_client_closes_its_connection() {
    let (address, mut accepted) = listen().await;
    let client = Client::new(address).unwrap();
    let waiting = tokio::spawn(async move { call(&client, GET).await });
    let mut connection = h2::server::handshake(accepted.recv().await.unwrap()).await.unwrap();
    let (_, mut respond) = connection.accept().await.unwrap().unwrap();
    respond.send_reset(Reason::INTERNAL_ERROR);
    let end = connection.accept().await;
    assert!(end.is_none(), "{end:?}");
    assert_eq!(waiting.await.unwrap().unwrap_err().code(), Code::Internal);
}

#[tokio::test]
async fn a_stream_outlives_its_client() {
    let (sender, mut streams) = mpsc::unbounded_channel();
    let server = Server::start(move |mut call| {
        sender.send(call.begin()).unwrap();
        async { Then::Keep }
    })
    .await;
    let client = server.client();
    let mut messages = client.server_streaming::<_, String, _, _>(WATCH, Context::new(), String::new()).await.unwrap();
    drop(client);
    let mut stream = streams.recv().await.unwrap();
    for text in ["one", "two"] {
        stream.send_data(frame(text), false).unwrap();
        assert_eq!(messages.next().await.unwrap().unwrap(), text);
    }
    drop(messages);
    assert_eq!(std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap(), Reason::CANCEL);
}

#[test]
fn a_client_outlives_the_runtime_that_it_connected_in() {
    let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
    let serving = Runtime::new().unwrap();
    let server = serving.block_on(Server::start(|call| async move { call.answer("answer") }));
    let client = server.client();
    for _ in 0..3 {
        assert_eq!(runtime().block_on(call(&client, GET)).unwrap(), "answer");
    }
}

/// The client polls the stream only for messages that fit into the window of the server.
#[tokio::test]
async fn flow_control_pauses_a_stream_of_requests() {
    const SIZE: usize = 10_000;
    let server = Server::start(|mut call| async move {
        time::sleep(Duration::from_millis(200)).await;
        let bytes = read(&mut call.body).await;
        call.answer(&bytes.to_string())
    })
    .await;
    let polled = Arc::new(AtomicUsize::new(0));
    let counter = polled.clone();
    let requests = futures::stream::iter(0..100).map(move |_| {
        counter.fetch_add(1, SeqCst);
        Ok("x".repeat(SIZE))
    });
    let client = server.client();
    let answer = tokio::spawn(async move {
        client.client_streaming::<_, String, _, _>(UPLOAD, Context::new(), Streaming::new(requests)).await
    });
    time::sleep(Duration::from_millis(100)).await;
    assert!(polled.load(SeqCst) * SIZE < 200_000, "{polled:?} were polled while the window was 64 KiB");
    let frames = 100 * frame(&"x".repeat(SIZE)).len();
    assert_eq!(answer.await.unwrap().unwrap(), frames.to_string());
}

#[tokio::test]
async fn messages_may_exceed_the_flow_control_windows() {
    let server = Server::start(|mut call| async move {
        let bytes = read(&mut call.body).await;
        call.answer(&format!("{bytes} {}", "y".repeat(3_000_000)))
    })
    .await;
    let cx = Context::new().with_timeout(Duration::from_secs(60));
    let answer: String = server.client().unary(GET, cx, "x".repeat(1_000_000)).await.unwrap();
    assert!(answer.starts_with("1000009 yyy"), "{}", &answer[..20]);
    assert_eq!(answer.len(), 8 + 3_000_000);
}

/// The server resets a stream after a part of the response.
#[tokio::test]
async fn resets_after_a_response_began_map_to_codes() {
    for (reason, code) in [
        (Reason::CANCEL, Code::Cancelled),
        (Reason::NO_ERROR, Code::Internal),
        (Reason::ENHANCE_YOUR_CALM, Code::ResourceExhausted),
        (Reason::REFUSED_STREAM, Code::Unavailable),
    ] {
        let server = Server::start(move |mut call| async move {
            call.next().await;
            let mut stream = call.begin();
            stream.send_data(frame("answer"), false).unwrap();
            time::sleep(Duration::from_millis(20)).await;
            stream.send_reset(reason);
            Then::Keep
        })
        .await;
        let error = call(&server.client(), GET).await.unwrap_err();
        assert_eq!(error.code(), code, "{reason:?}");
        assert_eq!(server.calls(), 1, "{reason:?}: no retry after the response began");
    }
}

/// Most servers close the connection, with all of its calls, if headers exceed their limit.
#[tokio::test]
async fn headers_above_the_limit_of_the_server_are_not_sent() {
    let (address, mut accepted) = listen().await;
    let client = Client::builder(address).metadata("x-large", "x".repeat(5000)).build().unwrap();
    let calling = tokio::spawn(async move { call(&client, GET).await });
    let mut settings = h2::server::Builder::new();
    let handshake = settings.max_header_list_size(4000).handshake::<_, Bytes>(accepted.recv().await.unwrap());
    let mut connection = handshake.await.unwrap();
    assert!(connection.accept().await.is_none(), "nothing was sent");
    let error = calling.await.unwrap().unwrap_err();
    assert_eq!(error.code(), Code::ResourceExhausted);
    assert_eq!(error.message(), "test.v1.Test/Get does not accept headers as large as those of the call");
}
