//! `protoc-gen-rust-svc scaffold`: adds the methods that a project lacks.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use clap::Args;
use similar::TextDiff;

use crate::{
    cli::{
        input::InputArgs,
        output::{Failure, print_error, print_output},
    },
    diagnostics::Diagnostics,
    options::Options,
    project::{
        GENERATED,
        sync::{Changes, Sources, sync},
    },
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
        let sources = read(&self.project)?;
        let mut diagnostics = Diagnostics::default();
        let source = self.source.with_file(&self.project)?;
        let options = Options::from_given(source.options(), &mut diagnostics);
        let changes = sync(&source.input()?, &options, &sources, &mut diagnostics)?;
        print_error(diagnostics.warnings());
        let Some(changes) = changes else { return Err(diagnostics.errors().into()) };
        if self.diff { print_output(differences(&sources, &changes)) } else { write(&self.project, &changes) }
    }
}

fn differences(sources: &Sources, changes: &Changes) -> String {
    let diff = |(path, text): (&String, &String)| {
        let diff = TextDiff::from_lines(sources.get(path).map_or("", String::as_str), text);
        diff.unified_diff().context_radius(2).header(path, path).to_string()
    };
    changes.files.iter().map(diff).collect()
}

fn write(project: &Path, changes: &Changes) -> Result<(), Failure> {
    for (path, text) in &changes.files {
        let path = project.join(path);
        fs::write(&path, text).map_err(|error| format!("{}: error: {error}", path.display()))?;
    }
    match changes.notes.is_empty() {
        true => print_output("every method is implemented\n"),
        false => print_output(format_args!("{}\n", changes.notes.join("\n"))),
    }
}

/// Reads the sources and tests of a project, without generated code.
fn read(project: &Path) -> Result<Sources, Failure> {
    let mut sources = BTreeMap::new();
    for folder in ["src", "tests"] {
        let folder = project.join(folder);
        if folder.is_dir() {
            collect(project, &folder, &mut sources).map_err(|error| format!("{}: error: {error}", folder.display()))?;
        }
    }
    Ok(sources)
}

fn collect(project: &Path, folder: &Path, sources: &mut Sources) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.strip_prefix(project).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() && name != GENERATED {
            collect(project, &path, sources)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.insert(name, fs::read_to_string(&path)?);
        }
    }
    Ok(())
}
