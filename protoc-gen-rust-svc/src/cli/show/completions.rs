//! `protoc-gen-rust-svc completions`: prints a script that completes arguments in a shell.

use clap::Args;
use clap_complete::Shell;

use super::super::output::{Failure, print_output};

/// The shell.
#[derive(Args, Debug)]
pub(in super::super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    pub(in super::super) fn run(self, mut command: clap::Command) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut command, "protoc-gen-rust-svc", &mut script);
        print_output(String::from_utf8_lossy(&script))
    }
}
