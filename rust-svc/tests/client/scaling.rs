//! A service that is scaled behind a name, on a paused clock. `dns:` looks a name up every 30 s; here a script does.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use rust_svc::{
    Client,
    client::{Endpoint, EndpointUpdates, Refresh, Resolver},
};
use tokio::{
    io::DuplexStream,
    time::{self, Instant},
};

use crate::{GET, call, wire::Call};

/// The interval of lookups, as that of `dns:`.
const LOOKUP: Duration = Duration::from_secs(30);

/// The time that connecting takes.
const CONNECT: Duration = Duration::from_millis(300);

/// The calls at each address.
type Calls = Arc<Mutex<BTreeMap<String, usize>>>;

/// The number of servers at a second.
type ServerCount = fn(u64) -> usize;

/// Answers each lookup by the number of servers at that time.
struct Script {
    start: Instant,
    servers: ServerCount,
}

impl Resolver for Script {
    fn watch(&self, _: Refresh) -> EndpointUpdates {
        let (start, servers) = (self.start, self.servers);
        let lookups = futures::stream::unfold(0, move |lookup| async move {
            time::sleep_until(start + LOOKUP * lookup).await;
            let found = servers(start.elapsed().as_secs());
            let list = (1..=found).map(|number| Endpoint::new(format!("10.0.0.{number}:50051"))).collect();
            Some((Ok(list), lookup + 1))
        });
        Box::pin(lookups)
    }
}

async fn connect(address: String, calls: Calls) -> io::Result<DuplexStream> {
    time::sleep(CONNECT).await;
    let (near, far) = tokio::io::duplex(4096);
    tokio::spawn(async move {
        let mut connection = h2::server::handshake(far).await.unwrap();
        while let Some(Ok((request, respond))) = connection.accept().await {
            *calls.lock().unwrap().entry(address.clone()).or_default() += 1;
            let call = Call { index: 0, body: request.into_body(), buffer: Default::default(), respond };
            call.answer("answer");
        }
    });
    Ok(near)
}

/// Calls ten times a second from the beginning, and returns the calls at each server in the last 30 s before `end`.
async fn shares(servers: ServerCount, end: u64) -> Vec<usize> {
    let (calls, start) = (Calls::default(), Instant::now());
    let connected = calls.clone();
    let connector = move |address: String| connect(address, connected.clone());
    let builder = Client::builder("http://inventory:50051").plaintext().connector(connector);
    let client = builder.resolver(Script { start, servers }).build().unwrap();
    let mut ticks = time::interval(Duration::from_millis(100));
    while start.elapsed() < Duration::from_secs(end) {
        ticks.tick().await;
        assert_eq!(call(&client, GET).await.unwrap(), "answer", "no call fails");
        if start.elapsed().as_secs() < end - 30 {
            calls.lock().unwrap().clear();
        }
    }
    calls.lock().unwrap().values().copied().collect()
}

#[tokio::test(start_paused = true)]
async fn a_scaled_service_is_called_evenly_within_a_minute() {
    // Scaled at the second 40, with a minute to settle.
    let cases: [(ServerCount, usize); 3] = [
        (|second| if second < 40 { 1 } else { 10 }, 10),
        (|second| if second < 40 { 10 } else { 3 }, 3),
        (|second| if second < 40 { 2 } else { 4 }, 4),
    ];
    for (servers, count) in cases {
        let shares = shares(servers, 130).await;
        assert_eq!(shares.len(), count, "{shares:?}");
        let (least, most) = (shares.iter().min().unwrap(), shares.iter().max().unwrap());
        assert!(most - least <= 2, "{shares:?}");
    }
}
