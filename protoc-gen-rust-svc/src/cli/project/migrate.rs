//! `protoc-gen-rust-svc migrate`: a first contract from the description of another API.

use std::{fs, path::PathBuf};

use clap::{Args, Subcommand};

use crate::{
    cli::output::{Failure, print_error, print_output},
    project::openapi,
};

/// The description.
#[derive(Args, Debug)]
pub(in crate::cli) struct MigrateArgs {
    #[command(subcommand)]
    source: MigrateCommand,
}

#[derive(Debug, Subcommand)]
enum MigrateCommand {
    /// Write a .proto file with HTTP routes for a REST API, described in OpenAPI 3. What it cannot have is printed
    Rest {
        /// The description, in YAML or JSON
        #[arg(value_name = "FILE")]
        description: PathBuf,

        /// The package, such as shop.v1; the default has the title of the API
        #[arg(long, value_name = "NAME")]
        package: Option<String>,

        /// The file to write, which must not exist; the default is standard output
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
}

impl MigrateArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let MigrateCommand::Rest { description, package, out } = self.source;
        let file = description.display().to_string();
        let text = fs::read_to_string(&description).map_err(|error| format!("{file}: error: {error}"))?;
        let migrated = openapi::migrate(&file, &text, package.as_deref()).map_err(|problem| problem.to_string())?;
        print_error(migrated.notes.iter().map(|note| format!("{note}\n")).collect::<String>());
        let Some(out) = out else { return print_output(migrated.text) };
        let written = fs::File::create_new(&out).and_then(|mut file| io_write(&mut file, &migrated.text));
        written.map_err(|error| format!("{}: error: {error}", out.display()).into())
    }
}

fn io_write(file: &mut fs::File, text: &str) -> std::io::Result<()> {
    std::io::Write::write_all(file, text.as_bytes())
}
