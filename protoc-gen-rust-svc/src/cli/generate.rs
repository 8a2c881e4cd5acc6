//! `protoc-gen-rust-svc generate`: generates code without other tools.

use std::path::PathBuf;

use clap::Args;

use super::{input::InputArgs, output::Failure};
use crate::build;

/// The input, and the output directory.
#[derive(Args, Debug)]
pub(super) struct GenerateArgs {
    /// The directory to write to
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    source: InputArgs,
}

impl GenerateArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        Ok(build::write_files(&self.out, &self.source.generate()?)?)
    }
}
