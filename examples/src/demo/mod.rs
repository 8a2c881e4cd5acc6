//! The demo: the whole system, and its behaviour during an outage.
//!
//! It regenerates the code from `proto/` and compares it, starts services and gateway as processes, calls them over HTTP
//! and gRPC, kills and restarts dispatch, and checks that the totals are right.

mod checklist;
mod courier;
mod http;
mod nodes;
mod regenerate;
mod scenario;

use std::{fmt, process::ExitCode};

use tokio::signal;

use self::checklist::Checklist;
use crate::node::{self, BoxError, DispatchNode, GatewayNode, InventoryNode, OrderNode};

/// Runs the whole system: four processes, orders over HTTP, a courier over gRPC, and an outage
#[derive(Debug, clap::Parser)]
#[command(name = "demo", version)]
pub struct Demo {
    /// Stop after the scenario; exit with 0 only if all checks passed
    #[arg(long)]
    once: bool,
    #[command(subcommand)]
    node: Option<Node>,
}

/// The processes, which the demo starts from its own executable.
#[derive(Debug, clap::Subcommand)]
enum Node {
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
        match self.node {
            None => node::start(show(self.once)),
            Some(Node::Inventory(node)) => node::start(node.run()),
            Some(Node::Order(node)) => node::start(node.run()),
            Some(Node::Dispatch(node)) => node::start(node.run()),
            Some(Node::Gateway(node)) => node::start(node.run()),
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
            checklist.summary();
            system.invite(&mut checklist);
            stopped.await?;
            system.stop(&mut checklist).await;
        }
        Err(failure) => checklist.aborted(&failure),
    }
    checklist.summary();
    if checklist.has_failures() { Err(ChecksFailed.into()) } else { Ok(()) }
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
