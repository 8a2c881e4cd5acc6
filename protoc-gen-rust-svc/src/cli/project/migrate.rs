//! `protoc-gen-rust-svc migrate`: a first contract from the description of another API.

use std::{fs, io::ErrorKind, path::PathBuf};

use clap::{Args, Subcommand};

use crate::{
    cli::output::{Failure, print_error, print_output},
    names::is_proto_identifier,
    project::{
        file_error::{cannot, read_text},
        openapi,
    },
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
        if let Some(name) = package.as_deref().filter(|name| !is_package(name)) {
            let help = "use words of letters, digits and `_`, separated by dots, such as shop.v1";
            return Err(format!("error: invalid package `{name}`\n  help: {help}").into());
        }
        if let Some(out) = out.as_deref().filter(|out| out.exists()) {
            return Err(cannot("write", out, &ErrorKind::AlreadyExists.into()));
        }
        let text = read_text(&description)?;
        let migrated = openapi::migrate(&file, &text, package.as_deref()).map_err(|problem| problem.to_string())?;
        print_error(migrated.notes.iter().map(|note| format!("{note}\n")).collect::<String>());
        let Some(out) = out else { return print_output(migrated.text) };
        let written = fs::File::create_new(&out).and_then(|mut file| io_write(&mut file, &migrated.text));
        written.map_err(|error| cannot("write", &out, &error))?;
        print_output(format_args!("wrote {0}\n\nnext:\n  protoc-gen-rust-svc new DIR --proto {0}\n", out.display()))
    }
}

fn is_package(name: &str) -> bool {
    name.split('.').all(is_proto_identifier)
}

fn io_write(file: &mut fs::File, text: &str) -> std::io::Result<()> {
    std::io::Write::write_all(file, text.as_bytes())
}
