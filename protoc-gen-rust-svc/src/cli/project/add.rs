//! `protoc-gen-rust-svc add`: declares a service or a method, and adds it to the code of the project.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand};
use toml_edit::{DocumentMut, Item};

use super::edit::ProjectEdit;
use crate::{
    build,
    cli::{
        format::{Format, Refused},
        output::{Failure, print_output},
    },
    diagnostics::Diagnostics,
    options::{OPTIONS_FILE, Options, OptionsFile},
    project::file_error::check_is_project,
    project::sync::{Addition, Changes, EditedProto, NewMethod, sync},
    read::{
        Input,
        compile::{self, CompileError},
    },
};

/// The service or method to add.
#[derive(Args, Debug)]
pub(in crate::cli) struct AddArgs {
    #[command(subcommand)]
    addition: AddCommand,
}

#[derive(Debug, Subcommand)]
enum AddCommand {
    /// Add a service: a .proto file, generated code, an implementation, and a line of the server
    Service {
        /// The name, such as inventory.v1.InventoryService; without a package, that of the first .proto file of the project
        name: String,

        #[command(flatten)]
        target: AddTarget,
    },
    /// Add a method: a line of the .proto file, generated code, and a method that returns UNIMPLEMENTED, with a test
    Rpc {
        /// The service and the method, such as inventory.v1.InventoryService.GetItem
        #[arg(value_name = "SERVICE.METHOD")]
        name: String,

        /// The request message; the default is METHODRequest, which is declared if there is none
        #[arg(long, value_name = "MESSAGE")]
        request: Option<String>,

        /// The response message; the default is METHODResponse, which is declared if there is none
        #[arg(long, value_name = "MESSAGE")]
        response: Option<String>,

        /// Callers send a stream of requests
        #[arg(long)]
        client_streaming: bool,

        /// The service returns a stream of responses
        #[arg(long)]
        server_streaming: bool,

        #[command(flatten)]
        target: AddTarget,
    },
}

/// The project to change.
#[derive(Args, Debug)]
struct AddTarget {
    /// Print the changes but those of generated code, and write nothing
    #[arg(long)]
    diff: bool,

    /// The folder of the project, with its rust-svc.toml
    #[arg(long, value_name = "DIR", default_value = ".")]
    project: PathBuf,

    /// The format of diagnostics
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

impl AddArgs {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let format = self.addition.format();
        self.addition.run().map_err(|failure| format.failure(failure))
    }
}

impl AddCommand {
    fn format(&self) -> Format {
        match self {
            Self::Service { target, .. } | Self::Rpc { target, .. } => target.format,
        }
    }

    fn run(self) -> Result<(), Failure> {
        match self {
            Self::Service { name, target } => target.add(|contract| contract.service(&name)),
            Self::Rpc { name, request, response, client_streaming, server_streaming, target } => {
                let (service, method) = name.rsplit_once(['.', '/']).ok_or_else(|| {
                    format!("error: no service in `{name}`\n  help: write SERVICE.METHOD, such as ShopService.{name}")
                })?;
                check_name(method)?;
                let method = NewMethod {
                    name: method.to_owned(),
                    request: request.unwrap_or_else(|| format!("{method}Request")),
                    response: response.unwrap_or_else(|| format!("{method}Response")),
                    takes_stream: client_streaming,
                    returns_stream: server_streaming,
                };
                target.add(|_| Ok(Addition::Method { service: service.to_owned(), method }))
            }
        }
    }
}

impl AddTarget {
    fn add(self, addition: impl FnOnce(&ProjectContract) -> Result<Addition, Failure>) -> Result<(), Failure> {
        let contract = ProjectContract::read(&self.project)?;
        let addition = addition(&contract)?;
        let Some(edited) = addition.apply(&contract.input, |name| contract.text(name))? else {
            return match self.format {
                Format::Text => print_output("the contract has it already; `scaffold --sync` adds it to the code\n"),
                Format::Json => Ok(()),
            };
        };
        let mut edit = ProjectEdit::read(&self.project)?;
        let (changes, out, files) = contract.changes(edited, &mut edit, self.format)?;
        let changes = edit.formatted(changes);
        if self.diff {
            return edit.print_differences(&changes, self.format);
        }
        build::write_files(&out, &files)?;
        edit.write(&changes, "nothing to add", self.format)
    }
}

/// The contract of a project, by its options file.
struct ProjectContract {
    folder: PathBuf,
    file: OptionsFile,
    input: Input,
}

impl ProjectContract {
    fn read(project: &Path) -> Result<Self, Failure> {
        let folder = if project == Path::new(".") { PathBuf::new() } else { project.to_owned() };
        check_is_project(&folder)?;
        let file = OptionsFile::in_folder(&folder).map_err(|problem| problem.to_string())?;
        if !file.options.problems().is_empty() {
            return Err(CompileError::new(file.options.problems().to_vec()).into());
        }
        if file.files.is_empty() || file.proto_path.is_empty() {
            let place = folder.join(OPTIONS_FILE);
            let help = "name the .proto files and their folder, such as files = [\"shop/v1/shop.proto\"] and proto_path = [\"proto\"]";
            return Err(format!("{}: error: no `files` and `proto_path`\n  help: {help}", place.display()).into());
        }
        let input = compile::compile(&file.proto_path, &file.files)?;
        Ok(Self { folder, file, input })
    }

    /// Completes the name of a new service.
    fn service(&self, name: &str) -> Result<Addition, Failure> {
        let first = self.input.files.iter().find(|file| self.input.generate.contains(&file.descriptor.name));
        let usual = first.map(|file| file.descriptor.package.clone()).unwrap_or_default();
        let (package, name) = name.rsplit_once('.').map_or((usual, name), |(package, name)| (package.to_owned(), name));
        package.split('.').filter(|_| !package.is_empty()).chain([name]).try_for_each(check_name)?;
        self.check_serves(&package, name)?;
        Ok(Addition::Service { package, name: name.to_owned() })
    }

    /// Fails if the options say that the project only calls the services of a package.
    fn check_serves(&self, package: &str, name: &str) -> Result<(), Failure> {
        let options = Options::from_given(&self.file.options, &mut Diagnostics::default());
        if options.serves(&format!("{package}.{name}")) {
            return Ok(());
        }
        let help = format!(
            "add it to another package, or name the services of `{package}` that the project calls one by one as `client_only` or \
             `gateway_only` in {OPTIONS_FILE}"
        );
        Err(format!(
            "error: the project only calls services of `{package}`, so it would not serve `{name}`\n  help: {help}"
        )
        .into())
    }

    /// Returns the text of a file of the project.
    fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.place(name)?).ok()
    }

    /// Returns the path of a file of the project.
    fn place(&self, name: &str) -> Option<PathBuf> {
        self.file.proto_path.iter().map(|folder| folder.join(name)).find(|path| path.is_file())
    }

    /// Returns the changes of the project, and its generated code with the directory of it.
    fn changes(
        &self,
        edited: EditedProto,
        edit: &mut ProjectEdit,
        format: Format,
    ) -> Result<(Changes, PathBuf, crate::render::Files), Failure> {
        let mut names = self.input.generate.clone();
        let is_new_file = !names.contains(&edited.name);
        names.extend(is_new_file.then(|| edited.name.clone()));
        let texts = BTreeMap::from([(edited.name.clone(), edited.text.clone())]);
        let input = compile::compile_texts(&texts, &self.file.proto_path, names)?;
        let mut diagnostics = Diagnostics::default();
        let options = Options::from_given(&self.file.options, &mut diagnostics);
        let changes = sync(&input, &options, &edit.sources, &mut diagnostics)?;
        let Some(mut changes) = changes else { return Err(Refused(diagnostics).into()) };
        format.diagnostics(&diagnostics)?;
        self.change_proto(edited, is_new_file, edit, &mut changes)?;
        let (files, _) = build::generate(&input, &self.file.options)?;
        let out = self.file.out.clone().unwrap_or_else(|| self.folder.join(crate::project::GENERATED));
        Ok((changes, out, files))
    }

    /// Adds the edited `.proto` file to the changes, and to the lists of files if it is new.
    fn change_proto(
        &self,
        edited: EditedProto,
        is_new: bool,
        edit: &mut ProjectEdit,
        changes: &mut Changes,
    ) -> Result<(), Failure> {
        let place = self.place(&edited.name).unwrap_or_else(|| self.file.proto_path[0].join(&edited.name));
        let path = self.in_project(&place);
        edit.sources.insert(path.clone(), self.text(&edited.name).unwrap_or_default());
        changes.notes.insert(0, path.clone());
        changes.files.insert(path, edited.text);
        if is_new {
            self.list(OPTIONS_FILE, edit, changes, |text| Ok(with_file(text, &edited.name)))?;
            let line =
                format!("      - {:?}", format!("{}/{}", self.in_project(&self.file.proto_path[0]), edited.name));
            self.list("buf.gen.yaml", edit, changes, |text| Ok(with_path(text, &line)))?;
        }
        Ok(())
    }

    fn list(
        &self,
        path: &str,
        edit: &mut ProjectEdit,
        changes: &mut Changes,
        change: impl FnOnce(&str) -> Result<Option<String>, Failure>,
    ) -> Result<(), Failure> {
        let Ok(text) = fs::read_to_string(self.folder.join(path)) else { return Ok(()) };
        if let Some(changed) = change(&text)? {
            changes.files.insert(path.to_owned(), changed);
            changes.notes.push(path.to_owned());
        }
        edit.sources.insert(path.to_owned(), text);
        Ok(())
    }

    fn in_project(&self, path: &Path) -> String {
        path.strip_prefix(&self.folder).unwrap_or(path).to_string_lossy().replace('\\', "/")
    }
}

/// Adds a file to `files` of an options file.
fn with_file(text: &str, name: &str) -> Option<String> {
    let mut document: DocumentMut = text.parse().ok()?;
    let files = document.get_mut("files").and_then(Item::as_array_mut)?;
    files.push(name);
    Some(document.to_string())
}

/// Adds a line after the last path of `buf.gen.yaml`.
fn with_path(text: &str, line: &str) -> Option<String> {
    let lines: Vec<_> = text.split_inclusive('\n').collect();
    let last = lines.iter().rposition(|line| line.trim_start().starts_with("- \"") && line.contains(".proto"))?;
    Some([&lines[..=last].concat(), line, "\n", &lines[last + 1..].concat()].concat())
}

/// Checks a name of a service, method or package.
fn check_name(name: &str) -> Result<(), Failure> {
    if crate::names::is_proto_identifier(name) {
        return Ok(());
    }
    Err(format!("error: invalid name `{name}`\n  help: use letters, digits and `_`, beginning with a letter").into())
}
