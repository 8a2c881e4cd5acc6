//! A server at saturation with faults, which must end with nothing left over.
//!
//! Well-behaved callers, callers that cancel and hostile peers share a server for a while. It is done
//! twice, for a short time and for the rest: what the first time leaves over, such as memory that the allocator keeps,
//! is no leak; what the second time adds to it is.

mod callers;
mod counts;
mod footprint;
mod hostile_peers;
mod probe;
mod service;

use std::{env, process::ExitCode, sync::Arc, time::Duration};

use rust_svc::{
    Server,
    intercept::{Chain, ConcurrencyLimit},
};
use tokio::{sync::oneshot, task::JoinSet, time::sleep};

use counts::Counts;
use footprint::Footprint;
use service::{PERMITS, Service};

const CALLERS: usize = 48;
const HOSTILE_PEERS: usize = 16;

/// The maximum growth of memory, in bytes.
const GROWTH: usize = 32 << 20;

type Failure = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> ExitCode {
    std::panic::set_hook(Box::new(|panic| {
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied().or(payload.downcast_ref::<String>().map(String::as_str));
        if text != Some(service::PANIC) {
            eprintln!("{panic}");
        }
    }));
    match soak().await {
        Ok(said) => {
            println!("soak: {said}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("soak: {failure}");
            ExitCode::FAILURE
        }
    }
}

async fn soak() -> Result<String, Failure> {
    let seconds = env::args().nth(1).ok_or("how many seconds?")?.parse::<u64>()?;
    let whole = Duration::from_secs(seconds.max(4));
    let counts = Arc::new(Counts::default());
    let before = round(whole / 4, &counts).await?;
    let after = round(whole - whole / 4, &counts).await?;
    after.compare(&before, GROWTH)?;
    Ok(format!("{seconds} s, {counts}; nothing is left; {before} after a quarter, {after} at the end"))
}

/// Starts a server, calls it for a while, and returns the footprint after all callers are gone.
async fn round(time: Duration, counts: &Arc<Counts>) -> Result<Footprint, Failure> {
    let service = Arc::new(Service::new());
    let bound = server(service.clone()).bind("127.0.0.1:0").await?;
    let address = bound.local_addr();
    let (stop, stopped) = oneshot::channel::<()>();
    let running = tokio::spawn(bound.run_until(async { drop(stopped.await) }));

    let mut load = JoinSet::new();
    for _ in 0..CALLERS {
        load.spawn(callers::call(address, counts.clone()));
    }
    for _ in 0..HOSTILE_PEERS {
        load.spawn(hostile_peers::run_hostile_peers(address, counts.clone()));
    }
    tokio::select! {
        () = sleep(time) => (),
        failure = probe::probe(address, counts) => return Err(failure),
        Some(ended) = load.join_next() => return Err(format!("a caller ended: {ended:?}").into()),
    }
    load.shutdown().await;

    footprint::settled("abandoned calls are still running", || service.under_way() == 0).await?;
    footprint::settled("a task is left over, besides the server", || footprint::tasks() == 1).await?;
    service::fill(&service, address).await?;
    drop(stop);
    running.await?;
    footprint::settled("a task is left when the server has stopped", || footprint::tasks() == 0).await?;
    Footprint::now()
}

/// A server with low limits, so that each of them is reached often.
fn server(service: Arc<Service>) -> Server {
    let short = Duration::from_millis(500);
    Server::new()
        .adapter(service::adapter(service))
        .chain(&Chain::new().intercept(ConcurrencyLimit::new(PERMITS)))
        .header_timeout(short)
        .receive_timeout(short)
        .send_timeout(short)
        .stream_send_timeout(short)
        .max_connection_age(short * 4, short)
        .max_connection_idle(short * 2)
}
