//! The contract of a new project, and the options of its generator.

use std::{
    collections::BTreeSet,
    mem,
    path::{Path, PathBuf},
};

use super::example;
use crate::{
    cli::{format::Refused, output::Failure},
    diagnostics::{Diagnostics, Position, Problem, suggest},
    options::{Artefact, GivenOptions, Options, Split},
    project::{
        parts::{Parts, ProjectPart},
        protos::ProtoFiles,
    },
    read::{
        Input,
        compile::{self, CompileError},
    },
};

/// The contract of a new project, and the options of its generator.
pub(super) struct Contract {
    /// The `.proto` files, compiled under the names that they have in the project.
    pub(super) input: Input,
    pub(super) protos: ProtoFiles,
    /// The number of files with services that the project serves; it calls those of the others.
    served: usize,
    pub(super) given: GivenOptions,
    pub(super) options: Options,
}

impl Contract {
    /// Reads `.proto` files, of which the project serves the first ones, and checks them.
    pub(super) fn read(
        files: &[PathBuf],
        served: usize,
        proto_path: &[PathBuf],
        opt: &[String],
        parts: &Parts,
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Failure> {
        let missing: Vec<_> = files.iter().filter_map(|file| missing(file, proto_path)).collect();
        if !missing.is_empty() {
            return Err(CompileError::new(missing).into());
        }
        check_once(files, served, proto_path)?;
        let directories = directories(proto_path, files);
        let input = compile::compile(&directories, files)?;
        let given = given(opt, &called(&input, served), parts);
        let options = options(&given, diagnostics)?;
        check(&input, &options, diagnostics)?;
        let protos = ProtoFiles::copy(&input, &directories)?;
        let input = match protos.has_moved() {
            true => compile::compile_texts(&protos.texts, &[], protos.names(&input.generate))?,
            false => input,
        };
        Ok(Self { input, protos, served, given, options })
    }

    /// Writes an example contract, named like the project.
    pub(super) fn example(
        folder: &Path,
        name: Option<&str>,
        opt: &[String],
        diagnostics: &mut Diagnostics,
    ) -> Result<Self, Failure> {
        let (path, text) = example::contract(folder, name)?;
        let texts = [(path.clone(), text)].into();
        let input = compile::compile_texts(&texts, &[], vec![path])?;
        let given = given(opt, &BTreeSet::new(), &Parts::new());
        let options = options(&given, diagnostics)?;
        check(&input, &options, diagnostics)?;
        let protos = ProtoFiles::of(&input, &texts)?;
        Ok(Self { input, protos, served: 1, given, options })
    }

    /// Returns the files whose services the project serves. The compiler keeps the order of the files.
    pub(super) fn served(&self) -> &[String] {
        &self.input.generate[..self.served.min(self.input.generate.len())]
    }
}

/// Describes a file that is not at its path, nor below a directory of `--proto-path`.
fn missing(file: &Path, proto_path: &[PathBuf]) -> Option<Problem> {
    let problem = |message: &str, help: String| {
        let position = Position { file: file.display().to_string(), ..Position::default() };
        Some(Problem::new("", &position, message.to_owned(), help))
    };
    if file.is_dir() {
        let help = "name the .proto files in it, such as with `DIR/*.proto`";
        return problem("a folder, not a .proto file", help.to_owned());
    }
    if file.exists() || proto_path.iter().any(|directory| directory.join(file).exists()) {
        return None;
    }
    let help = match similar(file) {
        Some(name) => format!("did you mean `{}`?", file.with_file_name(name).display()),
        None => "name a file by its path, or by its name in a directory of --proto-path".to_owned(),
    };
    problem("no such file", help)
}

/// Fails if a file is both in `--proto` and in `--client`.
fn check_once(files: &[PathBuf], served: usize, proto_path: &[PathBuf]) -> Result<(), CompileError> {
    let place = |file: &PathBuf| {
        let below = proto_path.iter().map(|directory| directory.join(file)).find(|path| path.exists());
        let path = below.filter(|_| !file.exists()).unwrap_or_else(|| file.clone());
        std::fs::canonicalize(&path).unwrap_or(path)
    };
    let served_places: BTreeSet<_> = files[..served].iter().map(place).collect();
    let problem = |file: &PathBuf| {
        let position = Position { file: file.display().to_string(), ..Position::default() };
        let help = "name it in --proto to implement its services, or in --client to call them";
        Problem::new("", &position, "the file is in both --proto and --client".to_owned(), help)
    };
    let both = files[served..].iter().filter(|file| served_places.contains(&place(file)));
    match both.map(problem).collect::<Vec<_>>() {
        problems if problems.is_empty() => Ok(()),
        problems => Err(CompileError::new(problems)),
    }
}

/// Returns the file in the same folder whose name is most similar.
fn similar(file: &Path) -> Option<String> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries =
        std::fs::read_dir(folder).ok()?.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let names: Vec<_> = entries.filter(|name| name.ends_with(".proto")).collect();
    let known: Vec<_> = names.iter().map(String::as_str).collect();
    suggest::closest(&file.file_name()?.to_string_lossy(), &known).map(str::to_owned)
}

/// Returns the directories to look up imports in: the given ones, the current one, and those of the files.
fn directories(proto_path: &[PathBuf], files: &[PathBuf]) -> Vec<PathBuf> {
    let mut directories = proto_path.to_vec();
    let parents = files.iter().filter_map(|file| file.parent()).filter(|parent| !parent.as_os_str().is_empty());
    for directory in [PathBuf::from(".")].into_iter().chain(parents.map(Into::into)) {
        if !directories.contains(&directory) {
            directories.push(directory);
        }
    }
    directories
}

/// Returns the packages of the services that the project calls, or their names if it serves others of the package.
fn called(input: &Input, served: usize) -> BTreeSet<String> {
    let (served, called) = input.generate.split_at(served.min(input.generate.len()));
    let served: Vec<_> = services(input, served).map(|(_, service)| service).collect();
    let is_served = |package: &str| served.iter().any(|service| service.starts_with(&format!("{package}.")));
    let names = services(input, called).map(|(package, service)| match package == "." || is_served(&package) {
        true => service,
        false => package,
    });
    names.collect()
}

/// Returns the package of each service of some files, and its name, as options have them.
fn services(input: &Input, files: &[String]) -> impl Iterator<Item = (String, String)> {
    let files = files.iter().filter_map(|name| input.files.iter().find(|file| file.descriptor.name == *name));
    files.flat_map(|file| {
        let package = format!(".{}", file.descriptor.package);
        let dot = if package == "." { "" } else { "." };
        file.descriptor.service.iter().map(move |service| (package.clone(), format!("{package}{dot}{}", service.name)))
    })
}

/// Returns the options of the generator: what the project needs, and then the arguments.
fn given(opt: &[String], called: &BTreeSet<String>, parts: &Parts) -> GivenOptions {
    let use_of_called = if parts.contains(&ProjectPart::Gateway) { "gateway_only" } else { "client_only" };
    let needed = called.iter().map(|service| format!("{use_of_called}={service}"));
    // No other run generates the imports.
    let needed: Vec<_> = ["include_imports=true".to_owned()].into_iter().chain(needed).collect();
    let arguments = GivenOptions::from_parameter(&opt.join(","));
    GivenOptions::from_parameter(&needed.join(",")).overridden_by(arguments)
}

fn options(given: &GivenOptions, diagnostics: &mut Diagnostics) -> Result<Options, Failure> {
    let options = Options::from_given(given, diagnostics);
    if diagnostics.has_errors() {
        return Err(Refused(mem::take(diagnostics)).into());
    }
    if options.split != Split::None {
        let help = "omit `split=`, or use `generate` in crates of your own";
        return Err(format!("error: a project is one crate, so `split=` is not supported\n  help: {help}").into());
    }
    const NEEDED: [Artefact; 4] = [Artefact::Adapter, Artefact::Client, Artefact::Fake, Artefact::Descriptor];
    match NEEDED.into_iter().find(|artefact| !options.emits(*artefact)) {
        Some(artefact) => {
            let help = "omit `emit=`; to add generated code to an existing crate, use `generate`";
            Err(format!("error: a project needs `emit={}`\n  help: {help}", artefact.name()).into())
        }
        None => Ok(options),
    }
}

/// Checks the contract under the names that the user knows.
fn check(input: &Input, options: &Options, diagnostics: &mut Diagnostics) -> Result<(), Failure> {
    let options = Options { include_imports: true, dumps_model: false, ..options.clone() };
    match crate::lowered(input, &options, diagnostics) {
        Some(_) => Ok(()),
        None => Err(Refused(mem::take(diagnostics)).into()),
    }
}
