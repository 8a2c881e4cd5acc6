//! `protoc-gen-rust-svc new`: a `.proto` to a project that runs.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Failure, complain, say};
use crate::{
    diagnostics::Diagnostics,
    project::{self, Order, Project, folder, name::Name, protos, runtime::Runtime, templates},
    read::{Input, compile},
};

/// What to start, and where.
#[derive(Args, Debug)]
pub(super) struct New {
    /// The folder of the project, which must be empty or not exist
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The .proto files of the services, which the project gets copies of
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    proto: Vec<PathBuf>,

    /// A directory that imports are looked up in; may be given several times. Unless given, the current directory and those of the files
    #[arg(long, short = 'I', value_name = "DIR")]
    proto_path: Vec<PathBuf>,

    /// A checkout of the crate rust-svc to depend on, in place of the published version
    #[arg(long, value_name = "DIR")]
    runtime_path: Option<PathBuf>,

    /// The name of the package; that of the folder unless given
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

impl New {
    pub(super) fn run(self) -> Result<(), Failure> {
        folder::check_free(&self.folder)?;
        let name = self.name()?;
        let runtime = self.runtime()?;
        let directories = self.directories();
        let input = compile::compile(&directories, &self.proto)?;
        let mut project = self.project(name, runtime, &input)?;
        project.files.extend(protos::copies(&input, &directories)?);
        folder::write(&self.folder, &project.files)?;
        folder::format(&self.folder, &project.owned);
        say(account(&self.folder, &project))
    }

    fn name(&self) -> Result<Name, Failure> {
        match &self.name {
            Some(name) => Name::new(name),
            None => Name::of_folder(&std::path::absolute(&self.folder)?),
        }
    }

    fn runtime(&self) -> Result<Runtime, Failure> {
        let checkout = self.runtime_path.as_ref().map(|path| Runtime::checkout(path, &self.folder));
        checkout.unwrap_or(Ok(Runtime::Published))
    }

    /// Where imports are looked up. A file that lies elsewhere than below the current directory brings its own.
    fn directories(&self) -> Vec<PathBuf> {
        if !self.proto_path.is_empty() {
            return self.proto_path.clone();
        }
        let mut directories = vec![PathBuf::from(".")];
        for parent in self.proto.iter().filter_map(|file| file.parent()).filter(|parent| !parent.as_os_str().is_empty())
        {
            if !directories.iter().any(|known| known == parent) {
                directories.push(parent.to_owned());
            }
        }
        directories
    }

    fn project(&self, name: Name, runtime: Runtime, input: &Input) -> Result<Project, Failure> {
        let mut diagnostics = Diagnostics::default();
        let templates = templates::built_in();
        let made = project::make(Order { name, runtime, input, templates: &templates }, &mut diagnostics)?;
        complain(diagnostics.warnings());
        made.ok_or_else(|| diagnostics.errors().into())
    }
}

/// What was made, and what to do with it.
fn account(folder: &Path, project: &Project) -> String {
    let place = folder.display();
    let mut text = format!("made {} files in {place}\n\nto implement:\n", project.files.len());
    for (service, methods, file) in &project.services {
        let methods = if *methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") };
        text += &format!("  {file}: {service}, {methods}\n");
    }
    let enter = if folder == Path::new(".") { String::new() } else { format!("  cd {place}\n") };
    text += &format!("\nnext:\n{enter}  cargo test\n  cargo run\n");
    if let Some(workspace) = workspace(folder) {
        let workspace = workspace.display();
        text += &format!("\nthe folder lies in the workspace of {workspace}: add it to its `members` before that\n");
    }
    text
}

/// The manifest of a workspace that the folder lies in. Cargo takes the nearest.
fn workspace(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let manifests = folder.ancestors().skip(1).map(|folder| folder.join("Cargo.toml"));
    let mut workspaces = manifests.filter(|manifest| {
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        text.lines().any(|line| line.trim_start().starts_with("[workspace"))
    });
    workspaces.next()
}
