//! Servers that stop while writes run.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use rust_svc::{Adapter, Client, Code, Context, Method, Result, Retry, Server};
use tokio::{sync::oneshot, task::JoinHandle, time};

use crate::support::soon;

/// A write without an idempotency key, whose policy retries as much as it may.
const PUT: Method = Method::unary("/test.v1.Ledger/Put")
    .retry(Retry::new(5).on(&[Code::Unavailable]).backoff_ms(1, 5, 2.0))
    .no_breaker();

const WORKERS: usize = 16;
const ROUNDS: usize = 10;

/// How often each write ran.
#[derive(Clone, Default)]
struct Ledger(Arc<Mutex<HashMap<String, usize>>>);

impl Ledger {
    async fn put(&self, id: String) -> Result<String> {
        *self.0.lock().expect("a lock").entry(id.clone()).or_default() += 1;
        time::sleep(Duration::from_millis(20)).await;
        Ok(id)
    }
}

/// A server that stops before its handlers end.
struct Replica {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    ended: JoinHandle<()>,
}

impl Replica {
    async fn start(address: &str, ledger: &Ledger) -> Self {
        let adapter = Adapter::new("test.v1.Ledger", Arc::new(ledger.clone()))
            .unary(PUT, |ledger, _, id: String| Box::pin(ledger.put(id)));
        let server = Server::new().adapter(adapter).shutdown_after(Duration::from_millis(5));
        let bound = server.bind(address).await.expect("the address");
        let (stop, stopped) = oneshot::channel();
        let address = bound.local_addr();
        Self { address, stop, ended: tokio::spawn(bound.run_until(async { drop(stopped.await) })) }
    }

    async fn restart(self, ledger: &Ledger) -> Self {
        let _ = self.stop.send(());
        soon(self.ended).await.expect("an end");
        Self::start(&self.address.to_string(), ledger).await
    }
}

/// Writes until it is done. Returns the number of writes that failed.
async fn write(client: Client, worker: usize, done: Arc<AtomicBool>, written: Arc<AtomicUsize>) -> usize {
    let mut failed = 0;
    for number in 0.. {
        if done.load(Relaxed) {
            break;
        }
        let answer: Result<String> = client.unary(PUT, Context::new(), format!("{worker}/{number}")).await;
        match answer {
            Ok(_) => _ = written.fetch_add(1, Relaxed),
            Err(error) => {
                assert_eq!(error.code(), Code::Unavailable, "{error:?}");
                failed += 1;
            }
        }
    }
    failed
}

#[tokio::test]
async fn writes_that_restarts_cut_off_run_once() {
    let ledger = Ledger::default();
    let (mut first, mut second) =
        (Replica::start("127.0.0.1:0", &ledger).await, Replica::start("127.0.0.1:0", &ledger).await);
    let client = Client::new(format!("static:{},{}", first.address, second.address)).expect("addresses");
    let (done, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let workers: Vec<_> =
        (0..WORKERS).map(|worker| tokio::spawn(write(client.clone(), worker, done.clone(), written.clone()))).collect();
    for _ in 0..ROUNDS {
        time::sleep(Duration::from_millis(50)).await;
        first = first.restart(&ledger).await;
        time::sleep(Duration::from_millis(50)).await;
        second = second.restart(&ledger).await;
    }
    done.store(true, Relaxed);
    let mut failed = 0;
    for worker in workers {
        failed += soon(worker).await.expect("a task");
    }
    let runs = ledger.0.lock().expect("a lock");
    let repeated: Vec<_> = runs.iter().filter(|(_, runs)| **runs != 1).collect();
    assert!(repeated.is_empty(), "{repeated:?} of {}", runs.len());
    assert!(failed > 0 && written.load(Relaxed) > ROUNDS, "{failed} were cut off, {written:?} were not");
    assert!(runs.len() >= written.load(Relaxed));
}
