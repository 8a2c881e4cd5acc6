//! Connections whose packets are dropped silently, by the kernel: neither data nor acknowledgements arrive.

use std::{
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex},
    time::Duration,
};

use rust_svc::{Client, Code, Context, Streaming};
use socket2::{SockFilter, SockRef};
use tokio::{net::TcpListener, time};

use crate::{
    GET, WATCH, call,
    wire::{Call, Then, frame},
};

/// The time within which a lost connection is noticed.
const NOTICED: Duration = Duration::from_secs(30);

/// A server that answers calls and keeps watches open.
struct LossyServer {
    address: SocketAddr,
    sockets: Arc<Mutex<Vec<TcpStream>>>,
}

impl LossyServer {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, sockets) = (listener.local_addr().unwrap(), Arc::<Mutex<Vec<_>>>::default());
        let accepted = sockets.clone();
        tokio::spawn(async move {
            loop {
                let socket = listener.accept().await.unwrap().0.into_std().unwrap();
                accepted.lock().unwrap().push(socket.try_clone().unwrap());
                tokio::spawn(serve(tokio::net::TcpStream::from_std(socket).unwrap()));
            }
        });
        Self { address, sockets }
    }

    /// Drops all packets of the connections made so far.
    async fn drop_packets(&self) {
        // Without it, the server would send again what is not acknowledged yet.
        time::sleep(Duration::from_millis(200)).await;
        // The program of the filter: return 0, so that nothing of any packet is kept.
        let drop_all = [SockFilter::new(0x06, 0, 0, 0)];
        self.sockets.lock().unwrap().iter().for_each(|socket| SockRef::from(socket).attach_filter(&drop_all).unwrap());
    }

    async fn watch(&self) -> (Client, Streaming<String>) {
        let client = Client::new(format!("http://{}", self.address)).unwrap();
        let mut watch = client.server_streaming(WATCH, Context::new(), String::new()).await.unwrap();
        assert_eq!(watch.message().await.unwrap().unwrap(), "first");
        (client, watch)
    }
}

async fn serve(socket: tokio::net::TcpStream) {
    let mut connection = h2::server::handshake(socket).await.unwrap();
    let mut watches = Vec::new();
    while let Some(Ok((request, respond))) = connection.accept().await {
        let is_watch = request.uri().path() == WATCH.path;
        let mut call = Call { index: 0, body: request.into_body(), buffer: Default::default(), respond };
        if is_watch {
            let mut stream = call.begin();
            stream.send_data(frame("first"), false).unwrap();
            watches.push((call, stream));
        } else {
            let _: Then = call.answer("answer");
        }
    }
}

async fn expect_unavailable(mut watch: Streaming<String>) {
    let end = time::timeout(NOTICED, watch.message()).await.expect("the loss is noticed");
    assert_eq!(end.unwrap_err().code(), Code::Unavailable);
}

async fn a_watch_alone_ends() {
    let server = LossyServer::start().await;
    let (_client, watch) = server.watch().await;
    server.drop_packets().await;
    expect_unavailable(watch).await;
}

async fn calls_recover_and_a_watch_ends() {
    let server = LossyServer::start().await;
    let (client, watch) = server.watch().await;
    server.drop_packets().await;
    let recovered = async {
        while let Err(error) = call(&client, GET.timeout_ms(500).no_breaker()).await {
            assert!(matches!(error.code(), Code::DeadlineExceeded | Code::Unavailable), "{error:?}");
        }
    };
    time::timeout(NOTICED, recovered).await.expect("calls recover");
    expect_unavailable(watch).await;
}

/// The kernel's clock cannot be paused, so these run at the same time.
#[tokio::test]
async fn calls_recover_and_watches_end_when_packets_are_dropped() {
    tokio::join!(a_watch_alone_ends(), calls_recover_and_a_watch_ends());
}
