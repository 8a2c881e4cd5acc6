//! `protoc-gen-rust-svc scaffold`: adds the methods that a project lacks.

use std::path::{Path, PathBuf};

use clap::Args;

use super::edit::ProjectEdit;
use crate::{
    cli::{
        check::outdated,
        format::{Format, Refused},
        input::{InputArgs, InputSource},
        output::{Failure, print_output},
    },
    diagnostics::Diagnostics,
    options::Options,
    project::{file_error::check_is_project, sync::sync},
};

/// The contract, and the project to change.
#[derive(Args, Debug)]
pub(in crate::cli) struct ScaffoldArgs {
    /// Append missing methods to the implementation of each service, and their tests; no other line changes
    #[arg(long, required = true)]
    sync: bool,

    /// Print the changes, and write nothing
    #[arg(long)]
    diff: bool,

    /// The folder of the project
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,

    #[command(flatten)]
    source: InputArgs,
}

impl ScaffoldArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let format = self.source.format;
        self.sync().map_err(|failure| format.failure(failure))
    }

    fn sync(self) -> Result<(), Failure> {
        if !self.source.names_input() {
            check_is_project(&self.project)?;
        }
        let edit = ProjectEdit::read(&self.project)?;
        let mut diagnostics = Diagnostics::default();
        let source = self.source.with_file(&self.project)?;
        let options = Options::from_given(source.options(), &mut diagnostics);
        let changes = sync(&source.input()?, &options, &edit.sources, &mut diagnostics)?;
        let Some(changes) = changes else { return Err(Refused(diagnostics).into()) };
        source.format.diagnostics(&diagnostics)?;
        let changes = edit.formatted(changes);
        if self.diff {
            edit.print_differences(&changes, source.format)
        } else {
            edit.write(&changes, "every method is implemented", source.format)?;
            print_next(&source, &self.project)
        }
    }
}

/// Prints the command that generates code, if that of the project is that of an older contract.
fn print_next(source: &InputSource, project: &Path) -> Result<(), Failure> {
    let is_outdated = || outdated(source).is_ok_and(|files| !files.is_empty());
    if source.format != Format::Text || !is_outdated() {
        return Ok(());
    }
    let folder = if project == Path::new(".") { String::new() } else { format!("  cd {}\n", project.display()) };
    print_output(format_args!("\nnext:\n{folder}  protoc-gen-rust-svc generate\n"))
}
