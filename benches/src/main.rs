//! Measures this project beside its peers: both alike, in turns, in the same run.

mod child;
mod compile;
mod contract;
mod corpus;
mod figure;
mod generator;
mod peers;
mod request;
mod wire;

use std::{ffi::OsString, path::PathBuf, process::ExitCode};

use clap::Parser;

/// What can go wrong is told and ends the run; nothing is recovered from.
type Result<T, E = Box<dyn std::error::Error>> = std::result::Result<T, E>;

/// Measures this project beside its peers and prints a line a figure:
/// `NAME ours=VALUE peer=VALUE ratio=R goal=G ok|short`.
#[derive(Parser)]
enum Arguments {
    /// What it costs to generate code, and to compile what is generated; beside protoc-gen-prost and protoc-gen-tonic.
    Generator {
        /// Only one contract, and nothing compiled.
        #[arg(long)]
        quick: bool,
        /// Medians of so many rounds.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// The part of `generator` that compiles what is generated.
    Compile {
        /// Medians of so many rounds.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// What a call costs; beside tonic with the stubs of its own generator, and connect-rust.
    Wire {
        /// Only so much that all of it runs.
        #[arg(long)]
        quick: bool,
        /// So many rounds of ten turns of each stack.
        #[arg(long, default_value_t = 5)]
        rounds: usize,
    },
    /// Runs a program and prints what it used: how this program measures its children.
    #[command(hide = true)]
    Measure {
        /// Where to add a line.
        report: PathBuf,
        /// The program and its arguments.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    let done = match std::env::var_os(child::WRAPPER) {
        Some(report) => child::measure(report.as_ref(), &std::env::args_os().skip(1).collect::<Vec<_>>()),
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
        Arguments::Wire { quick: true, .. } => wire::all(wire::Extent { turns: 1, millis: 200, calls: 100 }),
        Arguments::Wire { quick: false, rounds } => {
            wire::all(wire::Extent { turns: 10 * rounds, millis: 100, calls: 1000 })
        }
        Arguments::Measure { report, command } => child::measure(&report, &command).map(drop),
    }
}
