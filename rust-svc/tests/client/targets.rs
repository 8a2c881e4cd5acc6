//! Targets with several addresses, which come and go.

use std::{
    io,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use rust_svc::{
    Client, Code, Context, Method,
    client::{Connectivity, ConnectivityState, Endpoint, LoadBalancing, WhenUnreachable},
};
use tokio::{net::TcpListener, sync::watch, time};

use crate::{
    GET, call,
    wire::{Call, Server, Then},
};

const PUT: Method = GET.no_breaker();

async fn server(answer: &'static str) -> Server {
    Server::start(move |call: Call| async move { call.answer(answer) }).await
}

fn endpoint(address: SocketAddr) -> Endpoint {
    Endpoint::from(address)
}

/// A listener whose queue is full, so that nobody accepts what connects to it.
struct BlackHole {
    address: SocketAddr,
    _listener: std::net::TcpListener,
    _queued: Vec<std::net::TcpStream>,
}

impl BlackHole {
    fn new() -> Self {
        let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
        socket.bind(&"127.0.0.1:0".parse::<SocketAddr>().unwrap().into()).unwrap();
        socket.listen(0).unwrap();
        let listener = std::net::TcpListener::from(socket);
        let address = listener.local_addr().unwrap();
        let connect = || std::net::TcpStream::connect_timeout(&address, Duration::from_millis(100));
        let queued = std::iter::from_fn(|| connect().ok()).take(20).collect();
        Self { address, _listener: listener, _queued: queued }
    }
}

fn resolved(endpoints: impl IntoIterator<Item = SocketAddr>) -> (watch::Sender<Vec<Endpoint>>, Client) {
    let (sender, receiver) = watch::channel(endpoints.into_iter().map(endpoint).collect());
    (sender, Client::builder("http://localhost").resolver(receiver).build().unwrap())
}

async fn closed() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap()
}

#[tokio::test]
async fn a_black_hole_and_a_missing_server_fail_no_call() {
    let (hole, gone, up) = (BlackHole::new(), closed().await, server("up").await);
    for order in [[hole.address, gone, up.address], [up.address, hole.address, gone], [gone, up.address, hole.address]]
    {
        let (_sender, client) = resolved(order);
        for _ in 0..30 {
            assert_eq!(call(&client, PUT).await.unwrap(), "up", "{order:?}");
        }
        let list = order.map(|address| address.to_string()).join(",");
        let client = Client::new(format!("static:{list}")).unwrap();
        assert_eq!(call(&client, PUT).await.unwrap(), "up", "{list}");
        let first = Client::builder(format!("static:{list}")).load_balancing(LoadBalancing::PickFirst).build().unwrap();
        assert_eq!(call(&first, PUT).await.unwrap(), "up", "pick first of {list}");
    }
}

/// Connecting takes longer than the call may.
#[tokio::test]
async fn a_black_hole_alone_exceeds_the_deadline() {
    let hole = BlackHole::new();
    let client = Client::new(format!("http://{}", hole.address)).unwrap();
    for _ in 0..3 {
        assert_eq!(call(&client, PUT.timeout_ms(200)).await.unwrap_err().code(), Code::DeadlineExceeded);
    }
}

#[tokio::test]
async fn a_scaled_service_is_called_evenly() {
    let (one, two, three) = (server("up").await, server("up").await, server("up").await);
    let (sender, client) = resolved([one.address]);
    call(&client, PUT).await.unwrap();
    sender.send_replace([&one, &two, &three].map(|server| endpoint(server.address)).into());
    while two.calls() == 0 || three.calls() == 0 {
        call(&client, PUT).await.unwrap();
    }
    let before = [one.calls(), two.calls(), three.calls()];
    for _ in 0..30 {
        call(&client, PUT).await.unwrap();
    }
    let after = [one.calls(), two.calls(), three.calls()];
    assert_eq!([0, 1, 2].map(|index| after[index] - before[index]), [10; 3]);
    sender.send_replace(vec![endpoint(two.address)]);
    time::sleep(Duration::from_millis(20)).await;
    let before = two.calls();
    for _ in 0..10 {
        call(&client, PUT).await.unwrap();
    }
    assert_eq!(two.calls() - before, 10);
}

#[tokio::test]
async fn a_name_is_called_at_its_addresses() {
    let server = server("up").await;
    let port = server.address.port();
    for target in
        [format!("dns:///localhost:{port}"), format!("dns:localhost:{port}"), format!("http://localhost:{port}")]
    {
        let client = Client::new(&target).unwrap();
        assert_eq!(call(&client, PUT).await.unwrap(), "up", "{target}");
    }
    let unknown = Client::builder("dns:///name.invalid:1").plaintext().build().unwrap();
    let error = call(&unknown, PUT).await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(format!("{:?}", std::error::Error::source(&error)).contains("name.invalid"), "{error:?}");
}

#[tokio::test]
async fn calls_of_an_empty_list_fail_or_wait() {
    let server = server("up").await;
    let (sender, client) = resolved([]);
    assert_eq!(call(&client, PUT).await.unwrap_err().code(), Code::Unavailable);
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { call(&client, PUT.wait_for_ready(true)).await }
    });
    time::sleep(Duration::from_millis(50)).await;
    assert!(!waiting.is_finished());
    sender.send_replace(vec![endpoint(server.address)]);
    assert_eq!(waiting.await.unwrap().unwrap(), "up");
}

#[tokio::test]
async fn a_call_may_wait_for_a_server_or_not() {
    use WhenUnreachable::{Fail, Wait};

    let address = closed().await;
    let client = Client::new(format!("http://{address}")).unwrap();
    let wait = |policy, option: Option<WhenUnreachable>| {
        let method = if let Some(waits) = policy { PUT.wait_for_ready(waits) } else { PUT };
        let cx = Context::new().with_timeout(Duration::from_secs(30));
        let cx = if let Some(option) = option { cx.with_value(option) } else { cx };
        let client = client.clone();
        async move { client.unary::<_, String, _, _>(method, cx, String::new()).await }
    };
    for (policy, option) in [(None, None), (Some(false), None), (None, Some(Fail)), (Some(true), Some(Fail))] {
        let error = wait(policy, option).await.unwrap_err();
        assert_eq!(error.code(), Code::Unavailable, "{policy:?} {option:?}");
    }
    let waiting = [(Some(true), None), (None, Some(Wait)), (Some(false), Some(Wait))];
    let waiting = waiting.map(|(policy, option)| tokio::spawn(wait(policy, option)));
    time::sleep(Duration::from_millis(50)).await;
    assert!(waiting.iter().all(|call| !call.is_finished()));
    let _server = Server::on(TcpListener::bind(address).await.unwrap(), |call: Call| async move { call.answer("up") });
    for call in waiting {
        assert_eq!(call.await.unwrap().unwrap(), "up");
    }
}

/// A request that was never sent is resent a few times. The option of a call decides about that, too.
#[tokio::test(start_paused = true)]
async fn a_call_that_must_not_wait_is_not_resent_for_long() {
    let refuse = |_: String| async { Err::<tokio::io::DuplexStream, _>(io::ErrorKind::ConnectionRefused.into()) };
    let client = Client::builder("http://localhost").connector(refuse).build().unwrap();
    for (option, seconds) in [(WhenUnreachable::Fail, 0..1), (WhenUnreachable::Wait, 20..21)] {
        let cx = Context::new().with_timeout(Duration::from_secs(20)).with_value(option);
        let start = time::Instant::now();
        let method = PUT.wait_for_ready(option == WhenUnreachable::Fail);
        client.unary::<_, String, _, _>(method, cx, String::new()).await.unwrap_err();
        assert!(seconds.contains(&start.elapsed().as_secs()), "{option:?}: {:?}", start.elapsed());
    }
}

/// Several endpoints that all back off are reconnected by calls, but seldom.
#[tokio::test(start_paused = true)]
async fn calls_reconnect_endpoints_that_back_off_seldom() {
    let connects = Arc::new(AtomicUsize::new(0));
    let counter = connects.clone();
    let connector = move |_: String| {
        counter.fetch_add(1, SeqCst);
        async { Err::<tokio::io::DuplexStream, _>(io::Error::from(io::ErrorKind::ConnectionRefused)) }
    };
    let client = Client::builder("static:a:1,b:1").plaintext().connector(connector).build().unwrap();
    let start = time::Instant::now();
    while start.elapsed() < Duration::from_secs(60) {
        assert_eq!(call(&client, PUT).await.unwrap_err().code(), Code::Unavailable);
        time::sleep(Duration::from_millis(1)).await;
    }
    // At most ten for each of about eight delays in a minute, and two endpoints.
    let connects = connects.load(SeqCst);
    assert!((60..=180).contains(&connects), "{connects} connects for tens of thousands of calls");
}

#[tokio::test(start_paused = true)]
async fn a_single_target_backs_off() {
    let connects = Arc::new(AtomicUsize::new(0));
    let counter = connects.clone();
    let connector = move |_: String| {
        counter.fetch_add(1, SeqCst);
        async { Err::<tokio::io::DuplexStream, _>(io::Error::from(io::ErrorKind::ConnectionRefused)) }
    };
    let client = Client::builder("http://localhost").connector(connector).build().unwrap();
    let start = time::Instant::now();
    while start.elapsed() < Duration::from_secs(600) {
        assert_eq!(call(&client, PUT).await.unwrap_err().code(), Code::Unavailable);
        time::sleep(Duration::from_millis(50)).await;
    }
    // 1 s, growing by 1.6 to 120 s: about a dozen attempts in ten minutes.
    let connects = connects.load(SeqCst);
    assert!((10..=18).contains(&connects), "{connects}");
}

async fn next(connectivity: &mut Connectivity) -> ConnectivityState {
    time::timeout(Duration::from_secs(10), connectivity.changed()).await.unwrap().unwrap()
}

#[tokio::test]
async fn connectivity_can_be_watched() {
    let server = server("up").await;
    let client = server.client();
    let mut connectivity = client.connectivity();
    assert_eq!(connectivity.state(), ConnectivityState::Idle);
    client.connect().await.unwrap();
    assert_eq!((connectivity.state(), server.calls()), (ConnectivityState::Ready, 0));
    while next(&mut connectivity).await != ConnectivityState::Ready {}
    drop(client);
    while let Some(state) = connectivity.changed().await {
        assert_eq!(state, ConnectivityState::Shutdown);
    }

    let gone = Client::new(format!("http://{}", closed().await)).unwrap();
    let mut connectivity = gone.connectivity();
    let error = gone.connect().await.unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.message().starts_with("cannot reach http://127.0.0.1:"), "{error}");
    while next(&mut connectivity).await != ConnectivityState::TransientFailure {}
}

#[tokio::test]
async fn an_idle_connection_is_closed_and_opened_again() {
    let server = server("up").await;
    let address = format!("http://{}", server.address);
    let client = Client::builder(address).idle_timeout(Duration::from_millis(50)).build().unwrap();
    let mut connectivity = client.connectivity();
    for _ in 0..3 {
        assert_eq!(call(&client, PUT).await.unwrap(), "up");
        while next(&mut connectivity).await != ConnectivityState::Idle {}
    }
}

#[tokio::test]
async fn more_connections_are_opened_above_the_limit_of_streams() {
    for (connections, expected) in [(1, 1), (3, 3)] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let client = Client::builder(address).max_connections(connections).build().unwrap();
        let calls: Vec<_> = (0..12)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { call(&client, PUT).await })
            })
            .collect();
        let mut accepted = 0;
        let mut served = Vec::new();
        while let Ok(Ok((socket, _))) = time::timeout(Duration::from_millis(300), listener.accept()).await {
            accepted += 1;
            let mut settings = h2::server::Builder::new();
            let mut connection = settings.max_concurrent_streams(2).handshake::<_, bytes::Bytes>(socket).await.unwrap();
            served.push(tokio::spawn(async move {
                while let Some(Ok((request, respond))) = connection.accept().await {
                    let call = Call { index: 0, body: request.into_body(), buffer: Default::default(), respond };
                    tokio::spawn(async move {
                        time::sleep(Duration::from_millis(400)).await;
                        let _: Then = call.answer("up");
                    });
                }
            }));
        }
        assert_eq!(accepted, expected);
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), "up");
        }
    }
}
