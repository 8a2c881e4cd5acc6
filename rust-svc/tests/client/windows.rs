//! Calls beside others that are slow, cancelled or unread.

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
    wire::{Server, Then, frame, status},
};

/// The number of unread responses.
const UNREAD: usize = 5;

/// Starts a server that responds to the first calls with these frames, and to others with a text.
async fn serve_unread(frames: Arc<Vec<bytes::Bytes>>) -> Server {
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
async fn unread_responses_do_not_stall_other_calls() {
    let (large, small) = (vec![frame(&"x".repeat(3_000_000))], vec![frame("x"); 60_000]);
    for frames in [large, small].map(Arc::new) {
        let server = serve_unread(frames.clone()).await;
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

/// The data of unread responses are moved to other memory; a reader that waits beside them is woken all the same.
#[tokio::test]
async fn a_waiting_reader_is_woken_beside_unread_responses() {
    let (send, sent) = tokio::sync::oneshot::channel();
    let sent = std::sync::Mutex::new(Some(sent));
    let server = Server::start(move |mut call| {
        let sent = if call.index == 0 { sent.lock().unwrap().take() } else { None };
        async move {
            let mut stream = call.begin();
            match sent {
                Some(sent) => sent.await.unwrap(),
                None => (0..60_000).for_each(|_| stream.send_data(frame("x"), false).unwrap()),
            }
            stream.send_data(frame("last"), false).unwrap();
            stream.send_trailers(status(0)).unwrap();
            Then::Keep
        }
    })
    .await;
    let client = server.client();
    let mut waiting = watch(&client).await;
    let reader = tokio::spawn(async move { waiting.next().await });
    let mut unread = watch(&client).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    send.send(()).unwrap();
    let message = tokio::time::timeout(Duration::from_secs(10), reader).await.expect("it is woken").unwrap();
    assert_eq!(message.unwrap().unwrap(), "last");
    for _ in 0..60_000 {
        assert_eq!(unread.next().await.unwrap().unwrap(), "x");
    }
    assert_eq!(unread.next().await.unwrap().unwrap(), "last");
    assert!(unread.next().await.is_none(), "trailers follow the data");
}

/// A call that waits for the window of its server is reset all the same.
#[tokio::test]
async fn a_call_blocked_by_flow_control_is_reset_at_its_deadline() {
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
    let reset = tokio::time::timeout(Duration::from_secs(10), resets.recv()).await.expect("a reset");
    assert_eq!(reset, Some(Reason::CANCEL));
}

/// Reads the header of an HTTP/2 frame: length, type and stream.
async fn head(socket: &mut TcpStream) -> Option<(usize, u8, [u8; 4])> {
    let mut head = [0; 9];
    socket.read_exact(&mut head).await.ok()?;
    let [a, b, c, kind, _, stream @ ..] = head;
    Some((u32::from_be_bytes([0, a, b, c]) as usize, kind, stream))
}

fn encode_frame(kind: u8, flags: u8, stream: [u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream, payload].concat()
}

/// Responds to each call after its reset, as a distant server does.
async fn respond_after_resets(mut socket: TcpStream) {
    const HEADERS: u8 = 1;
    const RST_STREAM: u8 = 3;
    const SETTINGS: u8 = 4;
    const OK: &[u8] = &[0x88];
    socket.read_exact(&mut [0; 24]).await.unwrap();
    socket
        .write_all(&[encode_frame(SETTINGS, 0, [0; 4], &[]), encode_frame(SETTINGS, 1, [0; 4], &[])].concat())
        .await
        .unwrap();
    while let Some((length, kind, stream)) = head(&mut socket).await {
        socket.read_exact(&mut vec![0; length]).await.unwrap();
        if kind == RST_STREAM && socket.write_all(&encode_frame(HEADERS, 4, stream, OK)).await.is_err() {
            return;
        }
    }
}

#[tokio::test]
async fn late_responses_do_not_end_the_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let client = Client::new(format!("http://{}", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        respond_after_resets(listener.accept().await.unwrap().0).await;
    });
    for _ in 0..20 {
        let calls = (0..90).map(|_| call(&client, GET.timeout_ms(30).no_breaker()));
        let codes = join_all(calls).await.into_iter().map(|answer| answer.unwrap_err().code());
        assert!(codes.into_iter().all(|code| code == Code::DeadlineExceeded));
    }
    assert!(!server.is_finished(), "all calls share one connection");
}

/// A stopped process, or a proxy, may accept connections without serving them.
#[tokio::test]
async fn a_server_that_sends_no_settings_is_not_ready() {
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
