//! Servers that say nothing: pings that detect them, and servers that count pings.

use std::{
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use rust_svc::{Client, Code, Context};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    time::{self, Instant},
};

use crate::{GET, WATCH, call};

const SETTINGS: &[u8] = b"\0\0\0\x04\0\0\0\0\0";
const ACKNOWLEDGE_PING: &[u8] = b"\0\0\x08\x06\x01\0\0\0\0";
const ENHANCE_YOUR_CALM: &[u8] = b"\0\0\x16\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0btoo_many_pings";
/// A trailers-only response to the call of a connection's first stream.
const UNAUTHENTICATED: &[u8] = b"\0\0\x24\x01\x05\0\0\0\x01\x88\x0f\x10\x10application/grpc\0\x0bgrpc-status\x0216";

const PING: u8 = 6;
const HEADERS: u8 = 1;

/// How a server treats pings, by the number of its connection.
#[derive(Clone, Copy)]
enum Pings {
    Ignored,
    Acknowledged,
    TooMany,
}

/// A server in memory that answers calls of later connections only.
#[derive(Clone)]
struct SilentServer {
    first: Pings,
    answers: bool,
    /// The connection of each ping, and its time.
    pings: Arc<Mutex<Vec<(usize, Instant)>>>,
    connections: Arc<Mutex<Vec<Instant>>>,
}

impl SilentServer {
    fn new(first: Pings, answers: bool) -> Self {
        Self { first, answers, pings: Arc::default(), connections: Arc::default() }
    }

    fn client(&self, keep_alive: Option<Duration>) -> Client {
        let server = self.clone();
        let connector = move |_: String| {
            let (near, far) = tokio::io::duplex(64 * 1024);
            let mut connections = server.connections.lock().unwrap();
            let number = connections.len();
            connections.push(Instant::now());
            tokio::spawn(server.clone().serve(far, number));
            async { Ok(near) }
        };
        let builder = Client::builder("http://localhost").connector(connector);
        keep_alive.map_or(builder.clone(), |interval| builder.keep_alive(interval)).build().unwrap()
    }

    async fn serve(self, mut stream: DuplexStream, number: usize) -> io::Result<()> {
        stream.read_exact(&mut [0; 24]).await?;
        stream.write_all(SETTINGS).await?;
        loop {
            let mut head = [0; 9];
            stream.read_exact(&mut head).await?;
            let mut payload = vec![0; usize::from(head[1]) * 256 + usize::from(head[2])];
            stream.read_exact(&mut payload).await?;
            match (head[3], head[4] & 1) {
                (HEADERS, _) if self.answers && number > 0 => stream.write_all(UNAUTHENTICATED).await?,
                (PING, 0) => {
                    self.pings.lock().unwrap().push((number, Instant::now()));
                    match self.first {
                        Pings::TooMany if number == 0 => return stream.write_all(ENHANCE_YOUR_CALM).await,
                        Pings::Ignored if number == 0 => (),
                        _ => stream.write_all(&[ACKNOWLEDGE_PING, &payload].concat()).await?,
                    }
                }
                _ => (),
            }
        }
    }

    fn pings(&self) -> Vec<(usize, Instant)> {
        self.pings.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_silent_server_is_noticed_after_a_call_ran_out_of_time() {
    let server = SilentServer::new(Pings::Ignored, true);
    let client = server.client(None);
    let mut watch = client.server_streaming::<_, String, _, _>(WATCH, Context::new(), String::new()).await.unwrap();
    time::sleep(Duration::from_secs(600)).await;
    assert_eq!(server.pings(), [], "a quiet watch is no reason to ping");
    let start = Instant::now();
    assert_eq!(call(&client, GET.timeout_ms(1000).no_breaker()).await.unwrap_err().code(), Code::DeadlineExceeded);
    assert_eq!(watch.next().await.unwrap().unwrap_err().code(), Code::Unavailable);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    assert_eq!(server.pings().len(), 1);
    let error = call(&client, GET.timeout_ms(1000).no_breaker()).await.unwrap_err();
    assert_eq!(error.code(), Code::Unauthenticated, "another connection answers");
}

/// gRPC servers close connections after the third ping within 5 minutes without a response between them.
#[tokio::test(start_paused = true)]
async fn a_server_that_answers_no_call_is_pinged_seldom() {
    let server = SilentServer::new(Pings::Acknowledged, false);
    let client = server.client(None);
    for _ in 0..1200 {
        let error = call(&client, GET.timeout_ms(1000).no_breaker()).await.unwrap_err();
        assert_eq!(error.code(), Code::DeadlineExceeded);
    }
    let pings = server.pings();
    assert!((3..=4).contains(&pings.len()), "{} pings in 20 minutes", pings.len());
    assert!(pings.windows(2).all(|pair| pair[1].1 - pair[0].1 >= Duration::from_secs(300)));
    assert_eq!(server.connections.lock().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_for_fewer_pings_gets_fewer() {
    let server = SilentServer::new(Pings::TooMany, false);
    let client = server.client(Some(Duration::from_secs(10)));
    let error = call(&client, GET.timeout_ms(60_000).no_breaker()).await.unwrap_err();
    assert_eq!(error.code(), Code::DeadlineExceeded, "it is resent, because the server reports that it did not see it");
    let (pings, connections) = (server.pings(), server.connections.lock().unwrap().clone());
    let wait = |number: usize| pings.iter().find(|ping| ping.0 == number).unwrap().1 - connections[number];
    assert_eq!(wait(0).as_secs(), 10);
    assert_eq!(wait(1).as_secs(), 20);
}
