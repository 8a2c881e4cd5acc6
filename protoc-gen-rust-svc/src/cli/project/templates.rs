//! `protoc-gen-rust-svc templates`: lists, prints and writes the templates of projects.

use std::{collections::BTreeMap, path::PathBuf};

use clap::{Args, Subcommand};

use super::template_source::TemplateSource;
use crate::{
    cli::output::{Failure, print_output},
    diagnostics::suggest,
    project::{Template, context::API_VERSION, folder, templates::VERSION_FILE},
};

/// The task.
#[derive(Args, Debug)]
pub(in crate::cli) struct TemplatesArgs {
    #[command(subcommand)]
    task: TemplatesCommand,
}

#[derive(Debug, Subcommand)]
enum TemplatesCommand {
    /// List the templates, by the paths of their files in a project; SERVICE is the name of a service
    List {
        #[command(flatten)]
        source: TemplateSource,
    },
    /// Print a template
    Show {
        /// The path in the list
        path: String,

        #[command(flatten)]
        source: TemplateSource,
    },
    /// Write all templates to a folder, to be changed and passed to `new` as --templates
    Dump {
        /// The folder; must not exist, or be empty
        #[arg(value_name = "DIR")]
        folder: PathBuf,

        #[command(flatten)]
        source: TemplateSource,
    },
}

impl TemplatesArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        match self.task {
            TemplatesCommand::List { source } => {
                source.load()?.iter().try_for_each(|template| print_output(format_args!("{}\n", template.path)))
            }
            TemplatesCommand::Show { path, source } => print_output(find(&source.load()?, &path)?),
            TemplatesCommand::Dump { folder, source } => dump(&folder, &source.load()?),
        }
    }
}

fn find<'a>(templates: &'a [Template], path: &str) -> Result<&'a str, Failure> {
    let found = templates.iter().find(|template| template.path == path).map(|template| template.source.as_str());
    let known: Vec<_> = templates.iter().map(|template| template.path.as_str()).collect();
    found.ok_or_else(|| {
        let help = suggest::closest(path, &known)
            .map_or("`templates list` lists them".to_owned(), |meant| format!("did you mean `{meant}`?"));
        format!("error: unknown template `{path}`\n  help: {help}").into()
    })
}

fn dump(folder: &std::path::Path, templates: &[Template]) -> Result<(), Failure> {
    folder::check_free(folder)?;
    let text = |template: &Template| (format!("{}.jinja", template.path), template.source.clone().into_bytes());
    let mut files: BTreeMap<_, _> = templates.iter().map(text).collect();
    files.insert(VERSION_FILE.to_owned(), format!("api_version = {API_VERSION}\n").into_bytes());
    folder::write(folder, &files)?;
    print_output(format_args!("wrote {} templates to {}\n", templates.len(), folder.display()))
}
