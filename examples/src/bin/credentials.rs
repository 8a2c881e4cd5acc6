//! The command `credentials`.

use std::process::ExitCode;

use clap::Parser;
use examples::node::{self, CredentialsCommand};

fn main() -> ExitCode {
    node::start(async { CredentialsCommand::parse().run() })
}
