//! Rolling restarts of replicas under load.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use rust_svc::{Client, Context, Result, Server};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::{mpsc, oneshot},
    task::JoinHandle,
};

use crate::{
    echo::{Event, Parrot, Ping, Pong, UNARY, echo_adapter},
    support::soon,
};

const WORKERS: usize = 8;
const ROUNDS: usize = 3;

/// A replica of a service.
struct Replica {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
    events: mpsc::UnboundedReceiver<Event>,
}

impl Replica {
    async fn start(address: SocketAddr) -> Self {
        let (sender, events) = mpsc::unbounded_channel();
        let server = Server::new().adapter(echo_adapter(Arc::new(Parrot(sender))));
        let bound = server.bind(address).await.expect("the address");
        let (stop, stopped) = oneshot::channel();
        let address = bound.local_addr();
        Self { address, stop, ended: tokio::spawn(bound.run_until(async { drop(stopped.await) })), events }
    }

    /// Restarts the replica gracefully at the same address. Returns the number of calls that it has served.
    async fn restart(&mut self) -> usize {
        let (stop, _) = oneshot::channel();
        let _ = std::mem::replace(&mut self.stop, stop).send(());
        soon(&mut self.ended).await.expect("an end");
        let served = std::iter::from_fn(|| self.events.try_recv().ok()).filter(|event| *event == Event::Called).count();
        *self = Self::start(self.address).await;
        served
    }
}

/// A load balancer of connections: each goes to the next replica that listens.
async fn balance(listener: TcpListener, replicas: [SocketAddr; 2]) {
    for turn in 0.. {
        let (mut inbound, _) = listener.accept().await.expect("a connection");
        tokio::spawn(async move {
            for attempt in 0..replicas.len() {
                if let Ok(mut outbound) = TcpStream::connect(replicas[(turn + attempt) % replicas.len()]).await {
                    // One side or the other ends it.
                    let _ = copy_bidirectional(&mut inbound, &mut outbound).await;
                    return;
                }
            }
        });
    }
}

/// Makes calls until it is done. The method declares no retries, so only transparent retries happen.
async fn work(client: Client, done: Arc<AtomicBool>, answered: Arc<AtomicUsize>) -> Result<()> {
    while !done.load(Relaxed) {
        let pong: Pong = client.unary(UNARY, Context::new(), Ping { text: "a".to_owned() }).await?;
        assert_eq!(pong.text, "a");
        answered.fetch_add(1, Relaxed);
    }
    Ok(())
}

/// Restarts each of two replicas several times, while clients call them. No call fails.
async fn roll(mut replicas: [Replica; 2], client: impl Fn() -> Client) {
    let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    // As many connections as clients, and many calls at once on each.
    let clients: Vec<_> = (0..2).map(|_| client()).collect();
    let workers: Vec<_> = (0..WORKERS)
        .map(|worker| tokio::spawn(work(clients[worker % 2].clone(), done.clone(), answered.clone())))
        .collect();

    let mut served = [0; 2];
    for round in 1..=ROUNDS {
        for (replica, served) in replicas.iter_mut().zip(&mut served) {
            *served += replica.restart().await;
            let more = answered.load(Relaxed) + WORKERS * 10;
            soon(async {
                while answered.load(Relaxed) < more {
                    tokio::time::sleep(Duration::from_millis(1)).await
                }
            })
            .await;
        }
        assert!(!workers.iter().any(JoinHandle::is_finished), "a call failed in round {round}");
    }
    done.store(true, Relaxed);
    for worker in workers {
        soon(worker).await.expect("a task").expect("no call fails");
    }
    assert!(served.iter().all(|served| *served > 0), "both are called: {served:?}");
}

const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

async fn started() -> [Replica; 2] {
    [Replica::start(ANY).await, Replica::start(ANY).await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_behind_a_balancer_loses_no_call() {
    let replicas = started().await;
    let listener = TcpListener::bind(ANY).await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(balance(listener, [replicas[0].address, replicas[1].address]));
    roll(replicas, || Client::new(&address).expect("an address")).await;
}

/// Returns a client of two replicas.
fn of_both(first: SocketAddr, second: SocketAddr) -> Client {
    Client::builder(format!("http://{first}")).replica(format!("http://{second}")).build().expect("addresses")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_behind_a_client_loses_no_call() {
    let replicas = started().await;
    let (first, second) = (replicas[0].address, replicas[1].address);
    roll(replicas, || of_both(first, second)).await;
}

#[tokio::test]
async fn replicas_are_called_in_turn() {
    let mut replicas = started().await;
    let client = of_both(replicas[0].address, replicas[1].address);
    for _ in 0..20 {
        let _: Pong = client.unary(UNARY, Context::new(), Ping { text: "a".to_owned() }).await.expect("an answer");
    }
    for replica in &mut replicas {
        let called = std::iter::from_fn(|| replica.events.try_recv().ok()).filter(|event| *event == Event::Called);
        assert_eq!(called.count(), 10);
    }
}

/// A connection that failed is retried transparently, without a retry policy.
#[tokio::test]
async fn a_replica_that_is_down_fails_no_call() {
    let live = Replica::start(ANY).await;
    let down = TcpListener::bind(ANY).await.expect("a port").local_addr().expect("an address");
    for client in [of_both(down, live.address), of_both(live.address, down)] {
        for _ in 0..100 {
            let answer = client.unary(UNARY, Context::new(), Ping { text: "a".to_owned() }).await;
            let _: Pong = answer.expect("an answer");
        }
    }
    let neither = of_both(down, down);
    let answer: Result<Pong> = neither.unary(UNARY, Context::new(), Ping { text: "a".to_owned() }).await;
    assert_eq!(answer.expect_err("nobody is there").code(), rust_svc::Code::Unavailable);
}

/// Returns a listener whose backlog is full. Further connects get no response, as from a machine that is down.
#[cfg(target_os = "linux")]
async fn black_hole() -> (TcpListener, Vec<TcpStream>) {
    let socket = tokio::net::TcpSocket::new_v4().expect("a socket");
    socket.bind(ANY).expect("a port");
    let listener = socket.listen(1).expect("a listener");
    let (address, mut held) = (listener.local_addr().expect("an address"), Vec::new());
    while let Ok(connected) = tokio::time::timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        held.push(connected.expect("a connection"));
    }
    (listener, held)
}

/// Calls use the other replica before the connect timeout has passed.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_replica_that_does_not_respond_fails_at_most_one_call() {
    let (live, (hole, _held)) = (Replica::start(ANY).await, black_hole().await);
    let addresses = [live.address, hole.local_addr().expect("an address")].map(|address| format!("http://{address}"));
    let builder = Client::builder(&addresses[0]).replica(&addresses[1]);
    let client = builder.connect_timeout(Duration::from_millis(300)).build().expect("addresses");
    let (began, mut failed) = (std::time::Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(3) {
        let cx = Context::new().with_timeout(Duration::from_millis(100));
        let answer: Result<Pong> = client.unary(UNARY, cx, Ping { text: "a".to_owned() }).await;
        failed += usize::from(answer.is_err());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(failed <= 1, "{failed} calls failed");
}

/// Reconnecting to a replica that does not respond does not delay a call to one that was started meanwhile.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_restarted_replica_is_called_while_another_does_not_respond() {
    let (hole, _held) = black_hole().await;
    let back = TcpListener::bind(ANY).await.expect("a port").local_addr().expect("an address");
    let addresses = [hole.local_addr().expect("an address"), back].map(|address| format!("http://{address}"));
    let builder = Client::builder(&addresses[0]).replica(&addresses[1]);
    let client = builder.connect_timeout(Duration::from_secs(2)).build().expect("addresses");
    let called = async || {
        let cx = Context::new().with_timeout(Duration::from_millis(500));
        client.unary::<Ping, Pong, _, _>(UNARY, cx, Ping { text: "a".to_owned() }).await
    };
    // The replica that will restart has failed twice, so that its backoff is the longer one.
    assert!(called().await.is_err());
    tokio::time::sleep(Duration::from_millis(1700)).await;
    assert!(called().await.is_err());
    tokio::time::sleep(Duration::from_millis(600)).await;
    let _live = Replica::start(back).await;
    called().await.expect("an answer");
}

/// A call that waits for a replica that does not respond uses a connection that another call has opened.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_connection_serves_all_calls_that_wait_for_one() {
    let (hole, _held) = black_hole().await;
    let back = TcpListener::bind(ANY).await.expect("a port").local_addr().expect("an address");
    let addresses = [hole.local_addr().expect("an address"), back].map(|address| format!("http://{address}"));
    let builder = Client::builder(&addresses[0]).replica(&addresses[1]);
    let client = builder.connect_timeout(Duration::from_millis(700)).build().expect("addresses");
    let called = async |within| {
        let cx = Context::new().with_timeout(Duration::from_millis(within));
        client.unary::<Ping, Pong, _, _>(UNARY, cx, Ping { text: "a".to_owned() }).await
    };
    assert!(called(750).await.is_err());
    tokio::time::sleep(Duration::from_millis(550)).await;
    assert!(called(750).await.is_err(), "both rest, the one that is back for the second time and so for longer");
    let _live = Replica::start(back).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    let both = tokio::join!(called(400), called(400));
    both.0.expect("an answer");
    both.1.expect("an answer");
}

#[test]
fn the_address_of_each_replica_is_validated() {
    for (address, wrong) in [("http://inventory:50051", "plaintext"), ("inventory", "http://HOST:PORT")] {
        let error = Client::builder("http://localhost:1").replica(address).build().expect_err(address);
        assert!(error.message().contains(&format!("`{address}`")) && error.message().contains(wrong), "{error}");
    }
}
