//! The command line of both programs.

use std::{process::ExitCode, time::Duration};

use clap::{Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;

use super::{
    connect_rust::ConnectRust,
    load::{self, CallTimes, Load},
    name::StackName,
    official,
    ours::{self, Ours},
    parts::ClientPart,
    policies::{self, Policies},
    stack::{Caller, Stack},
    tonic::Tonic,
};
use crate::error::Result;

/// Serves the contract, or calls it, and prints numbers.
#[derive(Parser)]
struct StackArguments {
    /// The stack to run.
    stack: StackName,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Serves at a free port, and prints it.
    Serve,
    /// Calls a server; prints calls per second, and the latency at the 50th and 99th percentile, in seconds.
    Unary {
        port: u16,
        #[arg(long)]
        connections: usize,
        #[arg(long)]
        concurrency: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Reads streams of a server; prints messages per second.
    Stream {
        port: u16,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the service in this process; prints as `unary` does.
    InProcess {
        #[arg(long)]
        millis: u64,
        #[arg(long)]
        part: Part,
    },
    /// Calls the service in this process with a layer around each call; prints as `unary` does. Only `ours` has layers.
    Layer {
        layer: ours::Layer,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the service in this process with call policies; prints as `unary` does. Only `ours` has policies.
    Policies {
        policies: Policies,
        #[arg(long)]
        millis: u64,
    },
    /// Calls a server with call policies; prints as `unary` does.
    RemotePolicies {
        policies: Policies,
        port: u16,
        #[arg(long)]
        concurrency: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Calls a server by the crate `grpc`; prints as `unary` does.
    Official {
        port: u16,
        #[arg(long)]
        concurrency: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the service in this process with call policies; prints the mean time of a call.
    Mean {
        policies: Policies,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the service in this process from threads that share a client; prints calls per second.
    Threads {
        policies: Policies,
        #[arg(long)]
        threads: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Calls a part of a client; prints the mean time of a call in seconds.
    Part {
        part: ClientPart,
        #[arg(long)]
        threads: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the service in this process with call policies; prints allocations per call.
    CountPolicies { policies: Policies, calls: usize },
    /// Calls the service in this process; prints allocations per call.
    Count {
        calls: usize,
        #[arg(long)]
        part: Part,
    },
}

/// The part of a call in process that is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// Client and server.
    Call,
    /// The server alone, from an HTTP request.
    Server,
}

/// Runs the task of the command line. `allocations` returns their number so far.
pub fn main(allocations: &dyn Fn() -> usize) -> ExitCode {
    let StackArguments { stack, task } = StackArguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            if matches!(task, Task::Layer { .. }) && !matches!(stack, StackName::Ours) {
                return Err("only `ours` has layers".into());
            }
            match stack {
                StackName::Ours => run::<Ours>(task, allocations).await,
                StackName::Tonic => run::<Tonic>(task, allocations).await,
                StackName::Connectrpc => run::<ConnectRust>(task, allocations).await,
            }
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("wire: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run<S: Stack>(task: Task, allocations: &dyn Fn() -> usize) -> Result<()> {
    match task {
        Task::Serve => S::serve(listen().await?).await,
        Task::Unary { port, connections, concurrency, millis } => {
            let mut clients = Vec::new();
            for _ in 0..connections {
                clients.push(S::connect(port).await?);
            }
            print_times(&load::unary(clients, load(millis, concurrency)).await?)
        }
        Task::Stream { port, millis } => stream(S::connect(port).await?, millis).await,
        Task::InProcess { millis, part: Part::Call } => in_process(S::in_process()?, millis).await,
        Task::InProcess { millis, part: Part::Server } => in_process(S::server(), millis).await,
        Task::Layer { layer, millis } => in_process(ours::layered(layer)?, millis).await,
        Task::Policies { policies, millis } => in_process(policies.in_process()?, millis).await,
        Task::RemotePolicies { policies, port, concurrency, millis } => {
            print_times(&load::unary(vec![policies.remote(port)?], load(millis, concurrency)).await?)
        }
        Task::Official { port, concurrency, millis } => {
            print_times(&load::unary(vec![official::connect(port)], load(millis, concurrency)).await?)
        }
        Task::Mean { policies, millis } => {
            print_number(policies::mean(policies.in_process()?, Duration::from_millis(millis)).await?)
        }
        Task::Threads { policies, threads, millis } => {
            print_number(policies::threads(&policies.in_process()?, threads, Duration::from_millis(millis))?)
        }
        Task::Part { part, threads, millis } => print_number(part.mean(threads, Duration::from_millis(millis))),
        Task::CountPolicies { policies, calls } => count(policies.in_process()?, calls, allocations).await,
        Task::Count { calls, part: Part::Call } => count(S::in_process()?, calls, allocations).await,
        Task::Count { calls, part: Part::Server } => count(S::server(), calls, allocations).await,
    }
}

async fn listen() -> Result<TcpListener> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?.port());
    Ok(listener)
}

fn load(millis: u64, concurrency: usize) -> Load {
    Load { duration: Duration::from_millis(millis), concurrency }
}

async fn stream(client: impl Caller, millis: u64) -> Result<()> {
    println!("{}", load::streamed(client, load(millis, 1)).await?);
    Ok(())
}

async fn in_process(client: impl Caller, millis: u64) -> Result<()> {
    print_times(&load::unary(vec![client], load(millis, 1)).await?)
}

async fn count(mut client: impl Caller, calls: usize, allocations: &dyn Fn() -> usize) -> Result<()> {
    for _ in 0..10 {
        client.echo().await?;
    }
    let before = allocations();
    for _ in 0..calls {
        client.echo().await?;
    }
    println!("{}", (allocations() - before) as f64 / calls as f64);
    Ok(())
}

fn print_number(number: f64) -> Result<()> {
    println!("{number}");
    Ok(())
}

fn print_times(times: &CallTimes) -> Result<()> {
    println!("{} {} {}", times.rate(), times.percentile(0.5), times.percentile(0.99));
    Ok(())
}
