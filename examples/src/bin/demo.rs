//! The whole system at work: `cargo run --bin demo`, or with `-- --once` to check it and stop.

use std::process::ExitCode;

use clap::Parser;
use examples::demo::Demo;

fn main() -> ExitCode {
    Demo::parse().start()
}
