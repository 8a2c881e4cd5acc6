//! Servers that limit concurrent streams.

use std::{io, time::Duration};

use bytes::Bytes;
use rust_svc::{Client, Code};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::mpsc,
    task::JoinHandle,
    time,
};

use crate::{
    GET, call,
    wire::{Call, Then},
};

/// A SETTINGS frame with this MAX_CONCURRENT_STREAMS.
fn settings(limit: u8) -> [u8; 15] {
    [0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, limit]
}

/// Reports each request, and sends a SETTINGS frame for each limit.
async fn serve_limits(
    mut stream: DuplexStream,
    requests: mpsc::UnboundedSender<()>,
    mut limits: mpsc::UnboundedReceiver<u8>,
) -> io::Result<()> {
    stream.read_exact(&mut [0; 24]).await?;
    stream.write_all(&settings(limits.recv().await.unwrap())).await?;
    let (mut reader, mut writer) = tokio::io::split(stream);
    tokio::spawn(async move {
        while let Some(limit) = limits.recv().await {
            writer.write_all(&settings(limit)).await.unwrap();
        }
        std::future::pending::<()>().await;
    });
    loop {
        let mut head = [0; 9];
        reader.read_exact(&mut head).await?;
        reader.read_exact(&mut vec![0; usize::from(head[1]) * 256 + usize::from(head[2])]).await?;
        if head[3] == 1 {
            requests.send(()).unwrap();
        }
    }
}

/// A client with one connection to a server that answers no call.
struct Limited {
    client: Client,
    requests: mpsc::UnboundedReceiver<()>,
    limits: mpsc::UnboundedSender<u8>,
}

impl Limited {
    fn start(limit: u8) -> Self {
        let (sender, requests) = mpsc::unbounded_channel();
        let (limits, receiver) = mpsc::unbounded_channel();
        let receiver = std::sync::Mutex::new(Some(receiver));
        let connector = move |_: String| {
            let (near, far) = tokio::io::duplex(64 * 1024);
            let limits = receiver.lock().unwrap().take().expect("one connection");
            tokio::spawn(serve_limits(far, sender.clone(), limits));
            async { Ok(near) }
        };
        let client = Client::builder("http://localhost").connector(connector).max_connections(1).build().unwrap();
        limits.send(limit).unwrap();
        Self { client, requests, limits }
    }

    fn spawn_calls(&self, count: usize) -> Vec<JoinHandle<()>> {
        let spawn = |_| {
            let client = self.client.clone();
            tokio::spawn(async move { drop(call(&client, GET).await) })
        };
        (0..count).map(spawn).collect()
    }

    /// Checks that this number of calls reaches the server, and no more.
    async fn expect_requests(&mut self, expected: usize) {
        for _ in 0..expected {
            self.requests.recv().await.unwrap();
        }
        time::sleep(Duration::from_millis(100)).await;
        assert!(self.requests.try_recv().is_err(), "the limit is kept");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_that_wait_are_sent_when_the_limit_is_raised() {
    let mut limited = Limited::start(1);
    limited.spawn_calls(6);
    limited.expect_requests(1).await;
    limited.limits.send(4).unwrap();
    limited.expect_requests(3).await;
    limited.limits.send(5).unwrap();
    limited.expect_requests(1).await;
}

#[tokio::test(start_paused = true)]
async fn a_lowered_limit_is_kept() {
    let mut limited = Limited::start(3);
    let first = limited.spawn_calls(3);
    limited.expect_requests(3).await;
    limited.limits.send(1).unwrap();
    limited.expect_requests(0).await;
    limited.spawn_calls(2);
    for (ended, sent) in first.iter().zip([0, 0, 1]) {
        ended.abort();
        limited.expect_requests(sent).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_does_not_wait_for_a_full_server_while_another_is_free() {
    let connector = |address: String| {
        let (near, far) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            let mut builder = h2::server::Builder::new();
            let mut connection = builder.max_concurrent_streams(1).handshake::<_, Bytes>(far).await.unwrap();
            let mut held = Vec::new();
            while let Some(Ok((request, respond))) = connection.accept().await {
                let call = Call { index: 0, body: request.into_body(), buffer: Default::default(), respond };
                if address.starts_with("full") {
                    held.push(call);
                } else {
                    let _: Then = call.answer("free");
                }
            }
        });
        async { Ok(near) }
    };
    let builder = Client::builder("static:full:1,free:1").plaintext().connector(connector).max_connections(1);
    let client = builder.build().unwrap();
    client.connect().await.unwrap();
    let method = GET.timeout_ms(30_000).no_breaker();
    let first = {
        let client = client.clone();
        tokio::spawn(async move { (call(&client, method).await, call(&client, method).await) })
    };
    time::sleep(Duration::from_millis(10)).await;
    for _ in 0..20 {
        assert_eq!(call(&client, method).await.unwrap(), "free");
    }
    let (one, two) = first.await.unwrap();
    assert!([one, two].iter().any(|result| result.as_ref().is_err_and(|error| error.code() == Code::DeadlineExceeded)));
}
