//! The plugin and its commands; see the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    protoc_gen_rust_svc::cli::run()
}
