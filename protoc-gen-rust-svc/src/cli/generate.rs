//! `protoc-gen-rust-svc generate`: generates code without other tools.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{input::InputArgs, output::Failure};
use crate::build;

/// The input, and the output directory.
#[derive(Args, Debug)]
pub(super) struct GenerateArgs {
    /// The directory to write to; the default is `out` in the options file
    #[arg(long, short, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    source: InputArgs,
}

impl GenerateArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        let format = self.source.format;
        self.generate().map_err(|failure| format.failure(failure))
    }

    fn generate(self) -> Result<(), Failure> {
        let source = self.source.with_file(Path::new(""))?;
        Ok(build::write_files(&source.out(self.out)?, &source.generate()?)?)
    }
}
