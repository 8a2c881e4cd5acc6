//! The arguments of `new`, and its steps.

use std::path::PathBuf;

use clap::Args;

use super::{
    account,
    contract::Contract,
    part_arguments::PartArgs,
    place::{OuterWorkspace, ProjectPlace},
};
use crate::{
    cli::{
        format::{Format, Refused},
        output::{Failure, print_output},
        project::template_source::TemplateSource,
    },
    diagnostics::Diagnostics,
    project::{self, Order, Project, folder, manifest::runtime::Runtime},
};

/// The services and the folder of the project.
#[derive(Args, Debug)]
pub(in crate::cli) struct NewArgs {
    /// The folder of the project; must not exist, or be empty but for .git
    #[arg(value_name = "DIR")]
    folder: PathBuf,

    /// The .proto files of the services; the project gets copies, in the folders of their packages
    #[arg(long, value_name = "FILE", num_args = 1..)]
    proto: Vec<PathBuf>,

    /// .proto files of services that the project calls: it gets their clients and fakes
    #[arg(long, value_name = "FILE", num_args = 1..)]
    client: Vec<PathBuf>,

    /// Without --proto, start with an example contract instead of asking for one
    #[arg(long)]
    yes: bool,

    /// A directory to look up imports in, besides the current directory and those of the files; may be repeated
    #[arg(long, short = 'I', value_name = "DIR")]
    proto_path: Vec<PathBuf>,

    /// An option of the plugin, such as types=proto; may be repeated. The project gets them in rust-svc.toml
    #[arg(long, value_name = "NAME=VALUE")]
    opt: Vec<String>,

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

    /// The format of diagnostics and of the description of the project
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,

    #[command(flatten)]
    templates: TemplateSource,

    #[command(flatten)]
    parts: PartArgs,
}

/// The error without a source of the runtime: a project that names an unpublished crate does not build.
const NO_RUNTIME: &str = "error: rust-svc is not on crates.io yet, so the project needs its source\n  help: pass \
                          --runtime-git URL, or --runtime-path DIR for a checkout";

const NOTHING_TO_SERVE: &str = "error: the project serves nothing\n  help: pass --proto FILE for the services to implement, or \
                                --gateway to serve those in --client over HTTP";

impl NewArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let format = self.format;
        self.create().map_err(|failure| format.failure(failure))
    }

    fn create(self) -> Result<(), Failure> {
        let mut diagnostics = Diagnostics::default();
        let contract = self.contract(&mut diagnostics)?;
        let place = self.place(&contract)?;
        let mut project = self.project(&place, &contract)?;
        project.files.extend(contract.protos.files());
        let (created, next) = match self.format {
            Format::Text => (account::created(&place, &project), account::next(place.root())),
            Format::Json => (account::json(&place, &project), String::new()),
        };
        let folder = place.project.clone();
        place.write(project.files)?;
        folder::format(&folder, &project.owned);
        print_output(created)?;
        self.format.diagnostics(&diagnostics)?;
        print_output(next)
    }

    fn contract(&self, diagnostics: &mut Diagnostics) -> Result<Contract, Failure> {
        let parts = self.parts.parts();
        if self.proto.is_empty() && !self.parts.is_gateway_of(&self.client) {
            if !self.client.is_empty() {
                return Err(NOTHING_TO_SERVE.into());
            }
            super::example::confirm(self.yes)?;
            return Contract::example(&self.folder, self.name.as_deref(), &self.opt, diagnostics);
        }
        let files = [&self.proto[..], &self.client].concat();
        Contract::read(&files, self.proto.len(), &self.proto_path, &self.opt, &parts, diagnostics)
    }

    fn place(&self, contract: &Contract) -> Result<ProjectPlace, Failure> {
        match self.workspace {
            true => ProjectPlace::in_new_workspace(&self.folder, self.name.as_deref(), &contract.input),
            false => ProjectPlace::in_folder(&self.folder, self.name.as_deref()),
        }
    }

    fn runtime(&self, place: &ProjectPlace) -> Result<Runtime, Failure> {
        match (&self.runtime_path, &self.runtime_git, &place.workspace) {
            (Some(path), _, _) => Runtime::checkout(path, &place.project),
            (None, Some(url), _) => Ok(Runtime::Git(url.clone())),
            (None, None, OuterWorkspace::Existing(workspace)) if workspace.has_runtime() => Ok(Runtime::Workspace),
            (None, None, _) => Err(NO_RUNTIME.into()),
        }
    }

    fn project(&self, place: &ProjectPlace, contract: &Contract) -> Result<Project, Failure> {
        let (templates, parts) = (self.templates.load()?, self.parts.parts());
        let order = Order {
            name: place.name.clone(),
            runtime: self.runtime(place)?,
            member: place.member(),
            input: &contract.input,
            served: contract.served(),
            given: &contract.given,
            options: &contract.options,
            parts: &parts,
            templates: &templates,
        };
        // The contract was checked before.
        let mut diagnostics = Diagnostics::default();
        project::make(order, &mut diagnostics)?.ok_or_else(|| Refused(diagnostics).into())
    }
}
