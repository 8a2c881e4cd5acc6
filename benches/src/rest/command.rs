//! The command line of the programs.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use ::axum::{Router, serve::ListenerExt};
use clap::{Parser, Subcommand, ValueEnum};
use futures::future::try_join_all;
use rust_svc::{Client, Server};
use tokio::{net::TcpListener, runtime::Runtime};

use super::{
    axum,
    caller::{RestCaller, Target},
    ours,
    parts::GatewayPart,
    requests::RequestKind,
};
use crate::{
    error::Result,
    stacks::load::{CallTimes, repeat},
};

/// An application, as the command line names it.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Application {
    /// The generated gateway on the service.
    Ours,
    /// The generated gateway on a client of the service.
    Remote,
    /// axum and serde, written by hand.
    Axum,
}

/// Serves the API, or calls it, and prints numbers.
#[derive(Parser)]
struct GatewayArguments {
    /// The application to run.
    application: Application,
    #[command(subcommand)]
    task: RestTask,
}

#[derive(Subcommand)]
enum RestTask {
    /// Serves HTTP at a free port, and prints it. `remote` calls the service at `backend`.
    Serve { backend: Option<u16> },
    /// Serves the service over gRPC at a free port, and prints it.
    ServeGrpc,
    /// Calls a server; prints requests per second, and the latency at the 50th and 99th percentile, in seconds.
    Load {
        port: u16,
        kind: RequestKind,
        #[arg(long)]
        connections: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the application in this process; prints as `load` does.
    InProcess {
        kind: RequestKind,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the application in this process; prints allocations per request.
    Count { kind: RequestKind, requests: usize },
    /// Repeats a part of the application; prints its mean time, in seconds. axum's routes are not taken apart.
    Part {
        part: GatewayPart,
        #[arg(long)]
        millis: u64,
    },
}

/// Runs the task of the command line. `allocations` returns their number so far.
pub fn main(allocations: &dyn Fn() -> usize) -> ExitCode {
    let GatewayArguments { application, task } = GatewayArguments::parse();
    let done = runtime().and_then(|runtime| runtime.block_on(run(application, task, allocations)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gateway: {error}");
            ExitCode::FAILURE
        }
    }
}

fn runtime() -> Result<Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

async fn run(application: Application, task: RestTask, allocations: &dyn Fn() -> usize) -> Result<()> {
    match task {
        RestTask::Serve { backend } => serve(application, backend).await,
        RestTask::ServeGrpc => serve_grpc().await,
        RestTask::Load { port, kind, connections, millis } => {
            let targets = try_join_all((0..connections).map(|_| Target::connect(port))).await?;
            print_times(&timed(targets, kind, Duration::from_millis(millis)).await?)
        }
        RestTask::InProcess { kind, millis } => {
            let target = Target::Router(in_process(application)?);
            print_times(&timed(vec![target], kind, Duration::from_millis(millis)).await?)
        }
        RestTask::Count { kind, requests } => {
            let caller = RestCaller::new(Target::Router(in_process(application)?), kind).await?;
            count(caller, requests, allocations).await
        }
        RestTask::Part { part, millis } => {
            println!("{}", part.mean(application, Duration::from_millis(millis))?);
            Ok(())
        }
    }
}

fn in_process(application: Application) -> Result<Router> {
    match application {
        Application::Ours => ours::local(),
        Application::Axum => Ok(axum::router()),
        Application::Remote => ours::remote(Client::builder("http://in.process").build_from_service(ours::adapter())?),
    }
}

async fn serve(application: Application, backend: Option<u16>) -> Result<()> {
    let router = match backend {
        Some(port) => ours::remote(Client::new(format!("http://127.0.0.1:{port}"))?)?,
        None => in_process(application)?,
    };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    Ok(::axum::serve(listener, router).await?)
}

async fn serve_grpc() -> Result<()> {
    let bound = Server::new().adapter(ours::adapter()).bind("127.0.0.1:0").await?;
    println!("{}", bound.local_addr().port());
    bound.run_until(std::future::pending()).await;
    Ok(())
}

async fn timed(targets: Vec<Target>, kind: RequestKind, duration: Duration) -> Result<CallTimes> {
    let mut callers = try_join_all(targets.into_iter().map(|target| RestCaller::new(target, kind))).await?;
    let start = Instant::now();
    let loads = callers.iter_mut().map(|caller| repeat(async || caller.call().await, start + duration));
    Ok(CallTimes::new(try_join_all(loads).await?, start.elapsed()))
}

async fn count(mut caller: RestCaller, requests: usize, allocations: &dyn Fn() -> usize) -> Result<()> {
    for _ in 0..10 {
        caller.call().await?;
    }
    let before = allocations();
    for _ in 0..requests {
        caller.call().await?;
    }
    println!("{}", (allocations() - before) as f64 / requests as f64);
    Ok(())
}

fn print_times(times: &CallTimes) -> Result<()> {
    println!("{} {} {}", times.rate(), times.percentile(0.5), times.percentile(0.99));
    Ok(())
}
