//! The arguments of `new`, and its steps.

use std::path::PathBuf;

use clap::Args;

use super::{account, place::ProjectPlace};
use crate::{
    cli::output::{Failure, print_error, print_output},
    diagnostics::Diagnostics,
    project::{self, Order, Project, folder, protos, runtime::Runtime, templates},
    read::{Input, compile},
};

/// The services and the folder of the project.
#[derive(Args, Debug)]
pub(in crate::cli) struct NewArgs {
    /// The folder of the project; must not exist, or be empty but for .git
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The .proto files of the services; the project gets copies
    #[arg(long, value_name = "FILE", required = true, num_args = 1..)]
    proto: Vec<PathBuf>,

    /// .proto files of services that the project calls: it gets their clients and fakes
    #[arg(long, value_name = "FILE", num_args = 1..)]
    client: Vec<PathBuf>,

    /// A directory to look up imports in, besides the current directory and those of the files; may be repeated
    #[arg(long, short = 'I', value_name = "DIR")]
    proto_path: Vec<PathBuf>,

    /// Depend on a checkout of rust-svc: the folder of its Cargo.toml
    #[arg(long, value_name = "DIR", conflicts_with = "runtime_git")]
    runtime_path: Option<PathBuf>,

    /// Depend on a git repository that contains rust-svc
    #[arg(long, value_name = "URL")]
    runtime_git: Option<String>,

    /// The name of the package; the default is the name of the folder, or with --workspace that of the first service
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// Start a workspace in DIR, with the project as its first member. In a workspace, the project always becomes a member
    #[arg(long)]
    workspace: bool,
}

/// The error without a source of the runtime: a project that names an unpublished crate does not build.
const NO_RUNTIME: &str = "error: rust-svc is not on crates.io yet, so the project needs its source\n  help: pass \
                          --runtime-git URL, or --runtime-path DIR for a checkout";

impl NewArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let directories = self.directories();
        let input = compile::compile(&directories, &self.files())?;
        let place = self.place(&input)?;
        let mut diagnostics = Diagnostics::default();
        let mut project = self.project(&place, &input, &mut diagnostics)?;
        project.files.extend(protos::copies(&input, &directories)?);
        let (created, next) = (account::created(&place, &project), account::next(place.root()));
        let folder = place.project.clone();
        place.write(project.files)?;
        folder::format(&folder, &project.owned);
        print_output(created)?;
        print_error(diagnostics.warnings());
        print_output(next)
    }

    fn place(&self, input: &Input) -> Result<ProjectPlace, Failure> {
        match self.workspace {
            true => ProjectPlace::in_new_workspace(&self.folder, self.name.as_deref(), input),
            false => ProjectPlace::in_folder(&self.folder, self.name.as_deref()),
        }
    }

    fn runtime(&self, place: &ProjectPlace) -> Result<Runtime, Failure> {
        match (&self.runtime_path, &self.runtime_git) {
            (Some(path), _) => Runtime::checkout(path, &place.project),
            (None, Some(url)) => Ok(Runtime::Git(url.clone())),
            (None, None) => Err(NO_RUNTIME.into()),
        }
    }

    /// Returns the files of the services that the project serves, and then of those that it calls.
    fn files(&self) -> Vec<PathBuf> {
        [&self.proto[..], &self.client].concat()
    }

    /// Returns the directories to look up imports in: the given ones, the current one, and those of the files.
    fn directories(&self) -> Vec<PathBuf> {
        let mut directories = self.proto_path.clone();
        let files = self.files();
        let parents = files.iter().filter_map(|file| file.parent()).filter(|parent| !parent.as_os_str().is_empty());
        for directory in [PathBuf::from(".")].into_iter().chain(parents.map(Into::into)) {
            if !directories.contains(&directory) {
                directories.push(directory);
            }
        }
        directories
    }

    fn project(&self, place: &ProjectPlace, input: &Input, diagnostics: &mut Diagnostics) -> Result<Project, Failure> {
        let (name, runtime, member) = (place.name.clone(), self.runtime(place)?, place.member());
        let templates = templates::built_in();
        // The compiler keeps the order of the files.
        let served = &input.generate[..self.proto.len().min(input.generate.len())];
        let order = Order { name, runtime, member, input, served, templates: &templates };
        let made = project::make(order, diagnostics)?;
        made.ok_or_else(|| {
            print_error(diagnostics.warnings());
            diagnostics.errors().into()
        })
    }
}
