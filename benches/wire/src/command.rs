//! The command line that both programs have.

use std::{process::ExitCode, time::Duration};

use clap::{Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;

use crate::{
    Caller, Result, Stack,
    connect::ConnectRust,
    load::{self, Load, Taken},
    ours::{self, Ours},
    raw::Tonic,
};

/// Serves the contract, or calls it, and prints numbers.
#[derive(Parser)]
struct Arguments {
    /// Who does it.
    who: Who,
    #[command(subcommand)]
    task: Task,
}

/// Who serves and calls.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    Ours,
    Tonic,
    Connectrpc,
}

#[derive(Subcommand)]
enum Task {
    /// Serves at a port of its own choice, which it prints.
    Serve,
    /// Calls a server; prints calls a second, and how long half of the calls and all but a hundredth took, in seconds.
    Unary {
        port: u16,
        #[arg(long)]
        connections: usize,
        #[arg(long)]
        concurrency: usize,
        #[arg(long)]
        millis: u64,
    },
    /// Reads streams of a server; prints messages a second.
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
    /// Calls the service in this process, with this around each call; prints as `unary` does. Only ours has layers.
    Layer {
        layer: ours::Layer,
        #[arg(long)]
        millis: u64,
    },
    /// Calls the service in this process so many times; prints the allocations of a call.
    Count {
        calls: usize,
        #[arg(long)]
        part: Part,
    },
}

/// What of a call in process is measured.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Part {
    /// Client and server.
    Call,
    /// What the server makes of an HTTP request.
    Server,
}

/// Does what the command line says. `allocations` tells how many there were.
pub fn main(allocations: &dyn Fn() -> usize) -> ExitCode {
    let Arguments { who, task } = Arguments::parse();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let done = runtime.map_err(Into::into).and_then(|runtime| {
        runtime.block_on(async {
            if matches!(task, Task::Layer { .. }) && !matches!(who, Who::Ours) {
                return Err("only `ours` has layers".into());
            }
            match who {
                Who::Ours => does::<Ours>(task, allocations).await,
                Who::Tonic => does::<Tonic>(task, allocations).await,
                Who::Connectrpc => does::<ConnectRust>(task, allocations).await,
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

async fn does<S: Stack>(task: Task, allocations: &dyn Fn() -> usize) -> Result<()> {
    match task {
        Task::Serve => S::serve(listen().await?).await,
        Task::Unary { port, connections, concurrency, millis } => {
            let mut clients = Vec::new();
            for _ in 0..connections {
                clients.push(S::connect(port).await?);
            }
            tell(&load::unary(clients, load(millis, concurrency)).await?)
        }
        Task::Stream { port, millis } => stream(S::connect(port).await?, millis).await,
        Task::InProcess { millis, part: Part::Call } => in_process(S::in_process()?, millis).await,
        Task::InProcess { millis, part: Part::Server } => in_process(S::server(), millis).await,
        Task::Layer { layer, millis } => in_process(ours::layered(layer)?, millis).await,
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
    tell(&load::unary(vec![client], load(millis, 1)).await?)
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

fn tell(taken: &Taken) -> Result<()> {
    println!("{} {} {}", taken.rate(), taken.percentile(0.5), taken.percentile(0.99));
    Ok(())
}
