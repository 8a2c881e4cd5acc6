//! The arguments of the program, and which command they start.

use std::{io::IsTerminal as _, process::ExitCode};

use clap::{CommandFactory as _, Parser, Subcommand};

use super::{
    check, diff, doctor, fake, generate,
    output::{Failure, print_error},
    plugin,
    project::{add, migrate, new, scaffold, templates},
    show::{completions, explain, routes},
    usage,
};

/// The arguments of the program.
#[derive(Debug, Parser)]
#[command(name = "protoc-gen-rust-svc", version, about, long_about = None)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Generate code without protoc or buf
    Generate(generate::GenerateArgs),
    /// Check that generated code is up to date and was not edited
    Check(check::CheckArgs),
    /// Report what a change of the contract breaks: Rust code, gRPC peers, HTTP callers
    Diff(diff::DiffArgs),
    /// Print the HTTP routes of all services
    Routes(routes::RoutesArgs),
    /// Serve a contract by scripts in YAML or JSON, for tests in any language
    Fake(Box<fake::FakeArgs>),
    /// Explain the code of an error or warning
    Explain(explain::ExplainArgs),
    /// Create a project that serves the services of .proto files
    New(new::NewArgs),
    /// Add a service or a method to a project: to its .proto file and its code
    Add(add::AddArgs),
    /// Add the methods of a changed contract to a project
    Scaffold(scaffold::ScaffoldArgs),
    /// List, print or write the templates of `new`
    Templates(templates::TemplatesArgs),
    /// Write a first .proto file for an existing API
    Migrate(migrate::MigrateArgs),
    /// Check the tools, the plugin and the project, and print what to do
    Doctor(doctor::DoctorArgs),
    /// Print a script that completes arguments in a shell
    Completions(completions::CompletionsArgs),
}

/// Runs the program.
pub fn run() -> ExitCode {
    let command = match Cli::try_parse() {
        Ok(arguments) => arguments.command,
        Err(error) => return usage::report(&error),
    };
    match command {
        Some(Command::Generate(generate)) => report(generate.run()),
        Some(Command::Check(check)) => report(check.run()),
        Some(Command::Diff(diff)) => report(diff.run()),
        Some(Command::Routes(routes)) => report(routes.run()),
        Some(Command::Fake(fake)) => report(fake.run()),
        Some(Command::Explain(explain)) => report(explain.run()),
        Some(Command::New(new)) => report(new.run()),
        Some(Command::Add(add)) => report(add.run()),
        Some(Command::Scaffold(scaffold)) => report(scaffold.run()),
        Some(Command::Templates(templates)) => report(templates.run()),
        Some(Command::Migrate(migrate)) => report(migrate.run()),
        Some(Command::Doctor(doctor)) => report(doctor.run()),
        Some(Command::Completions(completions)) => report(completions.run(Cli::command())),
        None if std::io::stdin().is_terminal() => help(),
        None => report(plugin::run()),
    }
}

fn report(result: Result<(), Failure>) -> ExitCode {
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            let text = failure.to_string();
            if !text.is_empty() {
                print_error(format_args!("{}\n", text.trim_end()));
            }
            ExitCode::FAILURE
        }
    }
}

fn help() -> ExitCode {
    // A closed terminal leaves nothing to do.
    let _ = Cli::command().print_help();
    ExitCode::SUCCESS
}
