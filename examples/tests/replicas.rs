//! Replicas of a service, each a process of its own, that are restarted and killed while one client calls them.

#![cfg(unix)]

use std::{
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use examples::generated::inventory::v1::{
    CheckStockRequest, InventoryService, InventoryServiceClient, WatchStockLevelsRequest,
};
use rust_svc::{Client, Code, Context, Error, Streaming};
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, ChildStdin},
    task::JoinHandle,
    time::{sleep, timeout},
};

/// The number of workers. If all fail at once, the retry budget is not exhausted.
const WORKERS: usize = 4;

/// Long enough for any machine; nothing waits for it unless it fails.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A process of the inventory that forgets everything when it stops, and stops when this is dropped.
struct Replica {
    process: Child,
    address: String,
    /// Held here, because waiting for the process would close it.
    stdin: Option<ChildStdin>,
}

impl Replica {
    async fn start(listen: &str) -> Self {
        let mut command = tokio::process::Command::new(env!("CARGO_BIN_EXE_inventory"));
        command
            .args(["--listen", listen, "--database=:memory:", "--stop-with-stdin", "--without-tokens"])
            .kill_on_drop(true);
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("starts");
        let mut lines = BufReader::new(process.stdout.take().expect("a pipe")).lines();
        let line = timeout(TIMEOUT, lines.next_line()).await.expect("in time").expect("readable").expect("a line");
        let (_, address) = line.split_once("http://").expect("an address");
        let stdin = process.stdin.take();
        Self { process, address: address.to_owned(), stdin }
    }

    /// Asks it to stop with SIGTERM.
    fn terminate(&self) {
        let id = self.process.id().expect("it runs").to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("a command").success());
    }

    /// Waits until it has stopped. Returns whether it exited with success.
    async fn ended(&mut self) -> bool {
        let status = timeout(TIMEOUT, self.process.wait()).await.expect("in time").expect("a status");
        self.stdin.take().is_some() && status.success()
    }

    async fn start_again(&mut self) {
        *self = Self::start(&self.address).await;
    }
}

fn client(replicas: &[Replica]) -> InventoryServiceClient {
    let urls: Vec<_> = replicas.iter().map(|replica| format!("http://{}", replica.address)).collect();
    let client = urls[1..].iter().fold(Client::builder(&urls[0]), |client, url| client.replica(url));
    InventoryServiceClient(client.build().expect("addresses"))
}

/// Requests an unknown product, so that all replicas respond alike.
async fn ask(client: &InventoryServiceClient) -> Result<(), Error> {
    let request = CheckStockRequest { product_id: "tea".into() };
    match client.check_stock(Context::new(), request).await {
        Err(error) if error.code() == Code::NotFound => Ok(()),
        Err(error) => Err(error),
        Ok(response) => panic!("{response:?} of nothing"),
    }
}

/// Several workers that make calls in sequence until they are stopped.
struct Load {
    done: Arc<AtomicBool>,
    answered: Arc<AtomicUsize>,
    workers: Vec<JoinHandle<Result<(), Error>>>,
}

impl Load {
    fn of(client: &InventoryServiceClient) -> Self {
        let (done, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let worker = |_| tokio::spawn(work(client.clone(), done.clone(), answered.clone()));
        Self { workers: (0..WORKERS).map(worker).collect(), done, answered }
    }

    /// Waits until some more calls were answered.
    async fn goes_on(&self) {
        let enough = self.answered.load(Relaxed) + WORKERS * 20;
        let more = async {
            while self.answered.load(Relaxed) < enough && !self.workers.iter().any(JoinHandle::is_finished) {
                sleep(Duration::from_millis(1)).await;
            }
        };
        timeout(TIMEOUT, more).await.expect("calls are answered");
    }

    async fn end(self) {
        self.done.store(true, Relaxed);
        for worker in self.workers {
            worker.await.expect("no panic").expect("no call fails");
        }
    }
}

async fn work(client: InventoryServiceClient, done: Arc<AtomicBool>, answered: Arc<AtomicUsize>) -> Result<(), Error> {
    while !done.load(Relaxed) {
        ask(&client).await?;
        answered.fetch_add(1, Relaxed);
    }
    Ok(())
}

async fn replicas() -> [Replica; 3] {
    let start = || Replica::start("127.0.0.1:0");
    [start().await, start().await, start().await]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_fails_no_call() {
    let mut replicas = replicas().await;
    let load = Load::of(&client(&replicas));
    for replica in &mut replicas {
        load.goes_on().await;
        replica.terminate();
        assert!(replica.ended().await, "it stops in order");
        load.goes_on().await;
        replica.start_again().await;
    }
    load.goes_on().await;
    load.end().await;
}

/// Methods without side effects are retried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killing_a_replica_fails_no_read_only_call() {
    let mut replicas = replicas().await;
    let load = Load::of(&client(&replicas));
    load.goes_on().await;
    replicas[1].process.kill().await.expect("killed");
    load.goes_on().await;
    replicas[1].start_again().await;
    load.goes_on().await;
    load.end().await;
}

#[tokio::test]
async fn a_watcher_does_not_delay_the_stop() {
    let mut replica = Replica::start("127.0.0.1:0").await;
    let client = client(std::slice::from_ref(&replica));
    let mut levels =
        client.watch_stock_levels(Context::new(), WatchStockLevelsRequest::default()).await.expect("watched");
    replica.terminate();
    let error = levels.next().await.expect("a message").expect_err("no end as if all were told");
    assert_eq!(error.code(), Code::Unavailable);
    assert!(replica.ended().await, "it stops in order");
}

#[tokio::test]
async fn a_second_signal_ends_the_drain() {
    let mut replica = Replica::start("127.0.0.1:0").await;
    let client = client(std::slice::from_ref(&replica));
    let (_readings, uploaded) = Streaming::channel(1);
    let uploading = client.clone();
    let upload = tokio::spawn(async move { uploading.upload_telemetry(Context::new(), uploaded).await });
    ask(&client).await.expect("answered");
    replica.terminate();
    while ask(&client).await.is_ok() {}
    assert!(replica.process.try_wait().expect("a status").is_none(), "it waits for the upload");
    replica.terminate();
    assert!(replica.ended().await, "it stops at once");
    assert_eq!(upload.await.expect("no panic").expect_err("unfinished").code(), Code::Unavailable);
}
