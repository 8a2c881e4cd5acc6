//! `protoc-gen-rust-svc generate`: files to files, with nothing else installed.

use std::path::PathBuf;

use clap::Args;

use super::{output::Failure, source::Source};
use crate::build;

/// Where to read and where to write.
#[derive(Args, Debug)]
pub(super) struct Generate {
    /// The directory to write to
    #[arg(long, short, value_name = "DIR")]
    out: PathBuf,

    #[command(flatten)]
    source: Source,
}

impl Generate {
    pub(super) fn run(self) -> Result<(), Failure> {
        Ok(build::write_files(&self.out, &self.source.generate()?)?)
    }
}
