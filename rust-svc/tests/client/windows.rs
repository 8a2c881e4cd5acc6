//! Calls beside calls that are slow, given up, or never answered.

use std::{sync::Arc, time::Duration};

use futures::future::join_all;
use h2::Reason;
use rust_svc::{Client, Code, Context, Streaming};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use crate::{
    GET, UPLOAD, WATCH, call,
    wire::{Server, Then, frame},
};

/// How many answers nobody reads.
const UNREAD: usize = 5;

/// A server whose first calls are answered with these frames, and the rest with a text.
async fn answering(frames: Arc<Vec<bytes::Bytes>>) -> Server {
    Server::start(move |mut call| {
        let frames = frames.clone();
        async move {
            if call.index >= UNREAD {
                return call.answer("answer");
            }
            let mut stream = call.begin();
            frames.iter().for_each(|bytes| stream.send_data(bytes.clone(), false).unwrap());
            std::future::poll_fn(|cx| stream.poll_reset(cx)).await.unwrap();
            Then::Keep
        }
    })
    .await
}

async fn watch(client: &Client) -> Streaming<String> {
    client.server_streaming(WATCH, Context::new(), String::new()).await.unwrap()
}

#[tokio::test]
async fn answers_that_nobody_reads_keep_nobody_waiting() {
    let (large, small) = (vec![frame(&"x".repeat(3_000_000))], vec![frame("x"); 60_000]);
    for frames in [large, small].map(Arc::new) {
        let server = answering(frames.clone()).await;
        let client = server.client();
        let mut unread = Vec::new();
        for _ in 0..UNREAD {
            unread.push(watch(&client).await);
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(call(&client, GET.timeout_ms(10_000)).await.unwrap(), "answer");
        for messages in &mut unread {
            for _ in frames.iter() {
                assert!(messages.next().await.unwrap().unwrap().starts_with('x'));
            }
        }
    }
}

/// The end of a call reaches its server also while that has no room for what the call still had to send.
#[tokio::test]
async fn a_call_that_is_given_up_while_it_waits_for_room() {
    let (sender, mut resets) = mpsc::unbounded_channel();
    let server = Server::start(move |mut call| {
        let sender = sender.clone();
        async move {
            sender.send(call.reset_by_client().await).unwrap();
            Then::Keep
        }
    })
    .await;
    let requests = Streaming::from_messages(std::iter::repeat_with(|| "x".repeat(100_000)).take(10));
    let cx = Context::new().with_timeout(Duration::from_millis(100));
    let answer = server.client().client_streaming::<_, String, _, _>(UPLOAD, cx, requests).await;
    assert_eq!(answer.unwrap_err().code(), Code::DeadlineExceeded);
    let reset = tokio::time::timeout(Duration::from_secs(10), resets.recv()).await.expect("it is told");
    assert_eq!(reset, Some(Reason::CANCEL));
}

/// The head of a frame of HTTP/2: length, kind and stream.
async fn head(socket: &mut TcpStream) -> Option<(usize, u8, [u8; 4])> {
    let mut head = [0; 9];
    socket.read_exact(&mut head).await.ok()?;
    let [a, b, c, kind, _, stream @ ..] = head;
    Some((u32::from_be_bytes([0, a, b, c]) as usize, kind, stream))
}

fn frame_of(kind: u8, flags: u8, stream: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

/// Answers each call when it has been given up, as one does who is far away.
async fn too_late(mut socket: TcpStream) {
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    const SETTINGS: u8 = 4;
    const OK: &[u8] = &[0x88];
    socket.read_exact(&mut [0; 24]).await.unwrap();
    socket.write_all(&[frame_of(SETTINGS, 0, [0; 4], &[]), frame_of(SETTINGS, 1, [0; 4], &[])].concat()).await.unwrap();
    while let Some((length, kind, stream)) = head(&mut socket).await {
        socket.read_exact(&mut vec![0; length]).await.unwrap();
        if kind == RST_STREAM && socket.write_all(&frame_of(HEADERS, 4, stream, OK)).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn answers_to_calls_that_were_given_up_do_not_end_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        too_late(listener.accept().await.unwrap().0).await;
    });
    for _ in 0..20 {
        let calls = (0..90).map(|_| call(&client, GET.timeout_ms(30).no_breaker()));
        let codes = join_all(calls).await.into_iter().map(|answer| answer.unwrap_err().code());
        assert!(codes.into_iter().all(|code| code == Code::DeadlineExceeded));
    }
    assert!(!server.is_finished(), "one connection carries them all");
}

/// A connection that is accepted, by a process that was stopped or by what stands before it, is none yet.
#[tokio::test]
async fn a_listener_that_never_speaks_is_not_connected_to() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    let client = Client::builder(&silent).connect_timeout(Duration::from_millis(100)).build().unwrap();
    let answer = client.unary::<_, String, _, _>(GET, Context::new(), "request".to_owned()).await;
    assert_eq!(answer.unwrap_err().code(), Code::Unavailable);

    let server = Server::start(|call| async move { call.answer("answer") }).await;
    let client = Client::builder(&silent).replica(format!("http://{}", server.address)).build().unwrap();
    for _ in 0..10 {
        assert_eq!(call(&client, GET.timeout_ms(2000)).await.unwrap(), "answer");
    }
}
