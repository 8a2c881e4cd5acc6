//! The demo: the whole system, and its behaviour during an outage.
//!
//! It regenerates the code from `proto/` and compares it, starts services and gateway as processes, calls them over HTTP
//! and gRPC, kills and restarts dispatch, and checks that the totals are right.

mod chaos;
mod checklist;
mod courier;
mod http;
mod idle;
mod live;
mod load;
mod nodes;
mod regenerate;
mod scenario;
mod services;
mod simulation;

use std::{fmt, process::ExitCode};

use tokio::signal;

use self::{
    chaos::ChaosCommand,
    checklist::Checklist,
    idle::IdleCommand,
    live::{LiveDemo, Pace},
    load::LoadCommand,
};
use crate::node::{self, BoxError, DispatchNode, GatewayNode, InventoryNode, OrderNode};

/// Runs the whole system: four processes, orders over HTTP, a courier over gRPC, and an outage
#[derive(Debug, clap::Parser)]
#[command(name = "demo", version)]
pub struct Demo {
    /// Stop after the scenario; exit with 0 only if all checks passed
    #[arg(long)]
    once: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The other commands of the demo, and the processes that it starts from its own executable.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Injects faults at random while couriers and customers work, and checks what must hold afterwards
    Chaos(ChaosCommand),
    /// Places orders that no courier accepts, and prints the CPU usage of the processes without traffic
    Idle(IdleCommand),
    /// Calls the gateway as fast as it answers, and shows rates and percentiles
    Load(LoadCommand),
    /// Does the same as `chaos`, and writes a page with the results
    Report(ChaosCommand),
    #[command(hide = true)]
    Inventory(InventoryNode),
    #[command(hide = true)]
    Order(OrderNode),
    #[command(hide = true)]
    Dispatch(DispatchNode),
    #[command(hide = true)]
    Gateway(GatewayNode),
}

impl Demo {
    /// Runs the demo, or one of its processes.
    pub fn start(self) -> ExitCode {
        match self.command {
            None => node::start(show(self.once)),
            Some(Command::Chaos(command)) => node::start(command.run()),
            Some(Command::Idle(command)) => node::start(command.run()),
            Some(Command::Load(command)) => node::start(command.run()),
            Some(Command::Report(command)) => node::start(command.with_page().run()),
            Some(Command::Inventory(node)) => node::start(node.run()),
            Some(Command::Order(node)) => node::start(node.run()),
            Some(Command::Dispatch(node)) => node::start(node.run()),
            Some(Command::Gateway(node)) => node::start(node.run()),
        }
    }
}

async fn show(once: bool) -> Result<(), BoxError> {
    let mut checklist = Checklist::default();
    let stopped = stopped();
    tokio::pin!(stopped);
    let done = tokio::select! {
        system = scenario::run(&mut checklist) => system,
        interrupted = &mut stopped => return interrupted.and(Err("stopped before the end of the scenario".into())),
    };
    match done {
        Ok(system) if once => system.stop(&mut checklist).await,
        Ok(system) => {
            system.stop(&mut checklist).await;
            go_on(stopped).await?;
        }
        Err(failure) => checklist.aborted(&failure),
    }
    checklist.summary();
    if checklist.has_failures() { Err(ChecksFailed.into()) } else { Ok(()) }
}

/// Lets couriers and customers work, with a page, until the demo is stopped.
async fn go_on(stopped: impl Future<Output = Result<(), BoxError>>) -> Result<(), BoxError> {
    let mut live = LiveDemo::start(Pace::WATCHED, fastrand::u64(..)).await?;
    println!("\nThe system goes on, with simulated couriers and customers. See it at\n\n    {}\n", live.show().await?);
    live.services.lock().await.invite();
    stopped.await?;
    live.stop().await;
    Ok(())
}

/// Completes when the process is asked to stop.
#[cfg(unix)]
async fn stopped() -> Result<(), BoxError> {
    let mut terminated = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => Ok(interrupted?),
        _ = terminated.recv() => Ok(()),
    }
}

/// Completes when the process is asked to stop.
#[cfg(not(unix))]
async fn stopped() -> Result<(), BoxError> {
    Ok(signal::ctrl_c().await?)
}

/// The error of a demo with failed checks.
#[derive(Debug)]
struct ChecksFailed;

impl fmt::Display for ChecksFailed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("some checks failed: see the lines that begin with FAILED")
    }
}

impl std::error::Error for ChecksFailed {}
