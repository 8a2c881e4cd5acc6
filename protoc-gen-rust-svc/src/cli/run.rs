//! The arguments of the program, and which command they start.

use std::{io::IsTerminal as _, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};

use super::{
    check, diff, explain, generate, new,
    output::{Failure, complain},
    plugin,
};

/// What the program can be told.
#[derive(Debug, Parser)]
#[command(name = "protoc-gen-rust-svc", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate code without protoc or buf
    Generate(generate::Generate),
    /// Tell which generated files are stale, edited by hand or orphaned; fails if there are any
    Check(check::Check),
    /// Tell what a change of the contract breaks: Rust code, peers on the wire, callers over HTTP; fails if it breaks anything
    Diff(diff::Diff),
    /// Tell what a code of an error or a warning means
    Explain(explain::Explain),
    /// Start a project: a crate that serves the services of .proto files
    New(new::New),
}

/// Runs the program.
pub fn run() -> ExitCode {
    match Cli::parse().command {
        Some(Command::Generate(generate)) => report(generate.run()),
        Some(Command::Check(check)) => report(check.run()),
        Some(Command::Diff(diff)) => report(diff.run()),
        Some(Command::Explain(explain)) => report(explain.run()),
        Some(Command::New(new)) => report(new.run()),
        None if std::io::stdin().is_terminal() => help(),
        None => report(plugin::run()),
    }
}

fn report(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(format_args!("{}\n", failure.to_string().trim_end()));
            ExitCode::FAILURE
        }
    }
}

fn help() -> ExitCode {
    // Nothing is left to be done if the terminal does not take it.
    let _ = Cli::command().print_help();
    ExitCode::SUCCESS
}
