//! Measures this project and its peers in the same run, interleaved.
//!
//! | module | measures |
//! |---|---|
//! | `generator` | generating code: time and memory of the plugins |
//! | `compile` | compiling generated code: time, memory and size |
//! | `client` | call policies: rate, latency, allocations, and each policy by itself |
//! | `wire` | calls: rate, latency, allocations and instructions |
//! | `gateway` | HTTP requests: rate, latency, processor time, allocations and instructions |
//! | `fake` | fakes: the cost of a call, memory, and an outage on a paused clock |

mod client;
mod compile;
mod fake;
mod figure;
mod gateway;
mod generator;
mod process;
mod wire;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use bench::error::Result;
use clap::Parser;
use figure::RunLength;
use process::{programs, usage};

/// Measures this project and its peers, and prints a line for each figure:
/// `NAME ours=VALUE peer=VALUE ratio=R goal=G ok|short`.
#[derive(Parser)]
enum Arguments {
    /// Generating code and compiling it; the peers are the plugins of prost, prost-serde and tonic.
    Generator {
        /// Only one contract, and nothing compiled.
        #[arg(long)]
        quick: bool,
        /// The number of rounds; figures are medians.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Only the part of `generator` that compiles generated code.
    Compile {
        /// The number of rounds; figures are medians.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Calls; the peers are tonic with the stubs of its own generator, and connect-rust.
    Wire {
        /// A short run, to see that everything works.
        #[arg(long)]
        quick: bool,
        /// The number of rounds, of ten turns of each stack.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Call policies; the peer is tonic without any.
    Client {
        /// A short run, to see that everything works.
        #[arg(long)]
        quick: bool,
        /// The number of rounds, of three turns; figures are medians.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// HTTP requests; the peers are axum with serde, written by hand, and the gateways of `benches/gateways/build`.
    Gateway {
        /// A short run, to see that everything works.
        #[arg(long)]
        quick: bool,
        /// The number of rounds; figures are medians.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Fakes; the peer is a plain implementation of the trait.
    Fake {
        /// A short run, to see that everything works.
        #[arg(long)]
        quick: bool,
        /// The number of rounds; figures are medians.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Runs a program and reports its usage: how this program measures its children.
    #[command(hide = true)]
    Measure {
        /// The file to add a line to.
        report: PathBuf,
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let done = match std::env::var_os(usage::WRAPPER) {
        Some(report) => usage::measure(report.as_ref(), &std::env::args_os().skip(1).collect::<Vec<_>>()),
        None => run(Arguments::parse()).map(|()| ExitCode::SUCCESS),
    };
    done.unwrap_or_else(|error| {
        eprintln!("bench: {error}");
        ExitCode::FAILURE
    })
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments {
        Arguments::Generator { quick: true, rounds } => generator::quick(rounds),
        Arguments::Generator { quick: false, rounds } => generator::all(rounds).and_then(|()| compile::all(rounds)),
        Arguments::Compile { rounds } => compile::all(rounds),
        Arguments::Wire { quick: true, .. } => wire::all(RunLength { turns: 1, millis: 200, calls: 100 }),
        Arguments::Wire { quick: false, rounds } => {
            wire::all(RunLength { turns: 10 * rounds, millis: 100, calls: 1000 })
        }
        Arguments::Client { quick: true, .. } => client::all(RunLength { turns: 1, millis: 50, calls: 100 }),
        Arguments::Client { quick: false, rounds } => {
            client::all(RunLength { turns: 3 * rounds, millis: 100, calls: 1000 })
        }
        Arguments::Gateway { quick: true, .. } => gateway::all(RunLength { turns: 1, millis: 200, calls: 5 }),
        Arguments::Gateway { quick: false, rounds } => {
            gateway::all(RunLength { turns: 3 * rounds, millis: 300, calls: 1000 })
        }
        Arguments::Fake { quick: true, .. } => fake::all(RunLength { turns: 1, millis: 20, calls: 2000 }),
        Arguments::Fake { quick: false, rounds } => {
            fake::all(RunLength { turns: 10 * rounds, millis: 20, calls: 1_000_000 })
        }
        Arguments::Measure { report, command } => usage::measure(&report, &command).map(drop),
    }
}
