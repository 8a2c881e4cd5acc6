//! `protoc-gen-rust-svc fake`: serves a contract by scripts, or records a real server.
#![cfg_attr(
    not(feature = "fake"),
    allow(dead_code, reason = "the arguments are known without the server, for its help")
)]

#[cfg(feature = "fake")]
use std::path::Path;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{input::InputArgs, output::Failure};

/// The server, or a command beside it.
#[derive(Args, Debug)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct FakeArgs {
    #[command(subcommand)]
    command: Option<FakeCommand>,

    #[command(flatten)]
    serve: ServeArgs,
}

/// Commands beside the server.
#[derive(Debug, Subcommand)]
enum FakeCommand {
    /// Pass calls on to a real server, and write a script for each
    Record(RecordArgs),
    /// Print the JSON schema of files of scripts
    Schema(SchemaArgs),
}

#[derive(Args, Debug)]
struct ServeArgs {
    #[command(flatten)]
    source: InputArgs,

    /// A file of scripts in YAML or JSON, or a folder of such files; may be repeated. They are read again when they change
    #[arg(long, value_name = "PATH")]
    script: Vec<PathBuf>,

    /// The address of the server: gRPC, gRPC-Web, HTTP routes, reflection, health, and the HTTP API at /fake/
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50051")]
    listen: String,

    /// Keep resources in memory for the standard methods of services: Get, List, Create, Update and Delete
    #[arg(long)]
    resources: bool,
}

#[derive(Args, Debug)]
struct RecordArgs {
    #[command(flatten)]
    source: InputArgs,

    /// The URL of the real server, such as http://127.0.0.1:50051
    #[arg(long, value_name = "URL")]
    upstream: String,

    /// The address of the proxy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:50052")]
    listen: String,

    /// The file to add scripts to
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args, Debug)]
struct SchemaArgs {
    #[command(flatten)]
    source: InputArgs,
}

#[cfg(feature = "fake")]
impl FakeArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        match self.command {
            None => self.serve.run(),
            Some(FakeCommand::Record(record)) => record.run(),
            Some(FakeCommand::Schema(schema)) => schema.run(),
        }
    }
}

#[cfg(not(feature = "fake"))]
impl FakeArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        Err("error: this program was built without fake servers\n  help: install it with \
             `cargo install protoc-gen-rust-svc --features fake`"
            .into())
    }
}

#[cfg(feature = "fake")]
impl ServeArgs {
    fn run(self) -> Result<(), Failure> {
        let Self { source, script: scripts, listen, resources } = self;
        let descriptors = descriptors(source)?;
        let config = rust_svc_fake::FakeConfig { descriptors, scripts, listen, resources };
        Ok(rust_svc_fake::block_on(rust_svc_fake::serve(config))?)
    }
}

#[cfg(feature = "fake")]
impl RecordArgs {
    fn run(self) -> Result<(), Failure> {
        let Self { source, upstream, listen, out } = self;
        let descriptors = descriptors(source)?;
        let config = rust_svc_fake::RecordConfig { descriptors, upstream, listen, out };
        Ok(rust_svc_fake::block_on(rust_svc_fake::record(config))?)
    }
}

#[cfg(feature = "fake")]
impl SchemaArgs {
    fn run(self) -> Result<(), Failure> {
        let schema = rust_svc_fake::schema(descriptors(self.source)?)?;
        super::output::print_output(format!("{schema:#}\n"))
    }
}

/// Returns the files of the input as a `FileDescriptorSet`.
#[cfg(feature = "fake")]
fn descriptors(source: InputArgs) -> Result<Vec<u8>, Failure> {
    use prost::Message as _;

    let input = source.with_file(Path::new(""))?.input()?;
    let file = input.files.into_iter().map(|file| file.bytes).collect();
    Ok(crate::read::descriptor::FileDescriptorSet { file }.encode_to_vec())
}
