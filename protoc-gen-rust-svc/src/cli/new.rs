//! `protoc-gen-rust-svc new`: creates a project from `.proto` files.

use std::path::{Path, PathBuf};

use clap::Args;

use super::output::{Failure, complain, say};
use crate::{
    diagnostics::Diagnostics,
    project::{self, Order, Project, folder, name::Name, protos, runtime::Runtime, templates},
    read::{Input, compile},
};

/// The services and the folder of the project.
#[derive(Args, Debug)]
pub(super) struct NewArgs {
    /// The folder of the project; must not exist, or be empty
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The .proto files of the services; the project gets copies
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    proto: Vec<PathBuf>,

    /// A directory to look up imports in; may be repeated. The default is the current directory and those of the files
    #[arg(long, short = 'I', value_name = "DIR")]
    proto_path: Vec<PathBuf>,

    /// Depend on a checkout of rust-svc: the folder of its Cargo.toml
    #[arg(long, value_name = "DIR", conflicts_with = "runtime_git")]
    runtime_path: Option<PathBuf>,

    /// Depend on a git repository that contains rust-svc
    #[arg(long, value_name = "URL")]
    runtime_git: Option<String>,

    /// The name of the package; the default is the name of the folder
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// The error without a source of the runtime: a project that names an unpublished crate does not build.
const NO_RUNTIME: &str = "error: rust-svc is not on crates.io yet, so the project needs its source\n  help: pass \
                          --runtime-git URL, or --runtime-path DIR for a checkout";

impl NewArgs {
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
        match (&self.runtime_path, &self.runtime_git) {
            (Some(path), _) => Runtime::checkout(path, &self.folder),
            (None, Some(url)) => Ok(Runtime::Git(url.clone())),
            (None, None) => Err(NO_RUNTIME.into()),
        }
    }

    /// The directories to look up imports in: by default the current one, and those of the files.
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

/// Describes the project and the next steps.
fn account(folder: &Path, project: &Project) -> String {
    let place = folder.display();
    let mut text = format!("created {} files in {place}\n\nto implement:\n", project.files.len());
    for (service, methods, file) in &project.services {
        let methods = if *methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") };
        text += &format!("  {file}: {service}, {methods}\n");
    }
    let enter = if folder == Path::new(".") { String::new() } else { format!("  cd {place}\n") };
    text += &format!("\nnext:\n{enter}  cargo test\n  cargo run\n");
    if let Some(workspace) = workspace(folder) {
        let workspace = workspace.display();
        text += &format!("\nfirst add the folder to `members` in {workspace}\n");
    }
    text
}

/// Finds the manifest of the workspace around the folder. Cargo uses the nearest.
fn workspace(folder: &Path) -> Option<PathBuf> {
    let folder = folder.canonicalize().ok()?;
    let manifests = folder.ancestors().skip(1).map(|folder| folder.join("Cargo.toml"));
    let mut workspaces = manifests.filter(|manifest| {
        let text = std::fs::read_to_string(manifest).unwrap_or_default();
        text.lines().any(|line| line.trim_start().starts_with("[workspace"))
    });
    workspaces.next()
}
