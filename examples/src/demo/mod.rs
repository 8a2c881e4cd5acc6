//! The demo: the whole system at work, and what it does when a part of it goes away.
//!
//! It generates the code from `proto/` once more and compares, starts the services and the gateway as processes of
//! their own, drives them over HTTP and gRPC, kills dispatch, brings it back, and checks that the sums are right.

mod account;
mod courier;
mod http;
mod nodes;
mod regenerate;
mod story;

use std::{fmt, process::ExitCode};

use tokio::signal;

use self::account::Account;
use crate::node::{self, DispatchNode, Failure, GatewayNode, InventoryNode, OrderNode};

/// Shows the whole system at work: four processes, orders over HTTP, a courier over gRPC, and an outage
#[derive(Debug, clap::Parser)]
#[command(name = "demo", version)]
pub struct Demo {
    /// Stop when the story is told; exit with 0 only if all of it held
    #[arg(long)]
    once: bool,
    #[command(subcommand)]
    node: Option<Node>,
}

/// The process that this program is to be instead: it starts itself once for each.
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
    /// Runs the demo, or the process that it is to be instead.
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

async fn show(once: bool) -> Result<(), Failure> {
    let mut account = Account::default();
    let stopped = stopped();
    tokio::pin!(stopped);
    let told = tokio::select! {
        world = story::tell(&mut account) => world,
        interrupted = &mut stopped => return interrupted.and(Err("stopped before the story was told".into())),
    };
    match told {
        Ok(world) if once => world.stop(&mut account).await,
        Ok(world) => {
            account.summary();
            world.invite(&mut account);
            stopped.await?;
            world.stop(&mut account).await;
        }
        Err(failure) => account.broke_off(&failure),
    }
    account.summary();
    if account.has_failures() { Err(Unsound.into()) } else { Ok(()) }
}

/// Completes when somebody asks the process to stop.
#[cfg(unix)]
async fn stopped() -> Result<(), Failure> {
    let mut terminated = signal::unix::signal(signal::unix::SignalKind::terminate())?;
    tokio::select! {
        interrupted = signal::ctrl_c() => Ok(interrupted?),
        _ = terminated.recv() => Ok(()),
    }
}

/// Completes when somebody asks the process to stop.
#[cfg(not(unix))]
async fn stopped() -> Result<(), Failure> {
    Ok(signal::ctrl_c().await?)
}

/// Something that the demo checks did not hold.
#[derive(Debug)]
struct Unsound;

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not all of it held: see the lines that begin with FAILED")
    }
}

impl std::error::Error for Unsound {}
