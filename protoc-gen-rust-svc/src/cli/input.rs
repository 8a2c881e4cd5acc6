//! Arguments that name the input of several commands.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    format::{Format, Reported},
    output::Failure,
};
use crate::{
    build,
    diagnostics::{Diagnostics, Position, Problem},
    options::{GivenOptions, Options, OptionsFile},
    read::{
        Input,
        compile::{self, CompileError},
    },
    render::Files,
};

/// The input, and the options of the run.
#[derive(Args, Debug)]
pub(super) struct InputArgs {
    /// The options file; by default rust-svc.toml in the current directory, if there is one. Arguments take precedence over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// A directory to look up imports in; may be repeated
    #[arg(long, short = 'I', value_name = "DIR")]
    proto_path: Vec<PathBuf>,

    /// Read this descriptor set instead of .proto files; `buf build` or `protoc --descriptor_set_out --include_imports` writes one
    #[arg(long, value_name = "FILE", conflicts_with = "proto_path")]
    descriptor_set: Option<PathBuf>,

    /// Compile the files with protoc: this program, or PROTOC, or the one on the path. Files of an edition always need it
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, conflicts_with = "descriptor_set")]
    protoc: Option<Option<PathBuf>>,

    /// An option of the plugin, such as types=proto; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    opt: Vec<String>,

    /// The format of diagnostics and reports
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) format: Format,

    /// The .proto files to generate code for; with --descriptor-set, the default is all of its files
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl InputArgs {
    /// Adds what the options file has: the one in `--config`, or that in a folder.
    pub(super) fn with_file(mut self, folder: &Path) -> Result<InputSource, Failure> {
        let file = match &self.config {
            Some(path) => OptionsFile::read(path),
            None => OptionsFile::in_folder(folder),
        };
        let file = file?;
        let options = file.options.overridden_by(GivenOptions::from_parameter(&self.opt.join(",")));
        if !self.has_input() {
            self.files = file.files;
            self.descriptor_set = file.descriptor_set.filter(|_| self.proto_path.is_empty());
        }
        if self.proto_path.is_empty() && self.descriptor_set.is_none() {
            self.proto_path = file.proto_path;
        }
        let has_input = self.has_input();
        if !has_input && !options.problems().is_empty() {
            return Err(CompileError::new(options.problems().to_vec()).into());
        }
        match has_input {
            true => Ok(InputSource { out: file.out, options, format: self.format, arguments: self }),
            false => Err(Problem::uncoded("no .proto files".to_owned(), NO_FILES).into()),
        }
    }

    /// Returns whether the arguments name the input, or a file that does.
    pub(super) fn names_input(&self) -> bool {
        self.config.is_some() || self.has_input()
    }

    fn has_input(&self) -> bool {
        !self.files.is_empty() || self.descriptor_set.is_some()
    }
}

const NO_FILES: &str = "pass the files to generate code for, or name them as `files` in rust-svc.toml";

/// The input of a run, and its options, from arguments and the options file.
#[derive(Debug)]
pub(super) struct InputSource {
    arguments: InputArgs,
    options: GivenOptions,
    /// The directory of the generated code in the options file.
    out: Option<PathBuf>,
    /// The format of diagnostics and reports.
    pub(super) format: Format,
}

impl InputSource {
    /// Reads the options file in a folder.
    pub(super) fn of_project(folder: &Path) -> Result<Self, Failure> {
        let arguments = InputArgs {
            config: None,
            proto_path: Vec::new(),
            descriptor_set: None,
            protoc: None,
            opt: Vec::new(),
            format: Format::Text,
            files: Vec::new(),
        };
        arguments.with_file(folder)
    }

    /// Generates code, without printing warnings.
    pub(super) fn generate_quietly(&self) -> Result<Files, Failure> {
        let (files, _) = build::generate(&self.input()?, &self.options).map_err(|error| error.to_string())?;
        Ok(files)
    }

    /// Generates code. Fails with all errors of the input.
    pub(super) fn generate(&self) -> Result<Files, Failure> {
        let input = self.input()?;
        let (files, diagnostics) = build::try_generate(&input, &self.options)?;
        self.format.diagnostics(&diagnostics)?;
        if diagnostics.has_errors() { Err(Reported.into()) } else { Ok(files) }
    }

    /// Reads the input. Fails with the errors of the options, too.
    pub(super) fn input(&self) -> Result<Input, Failure> {
        self.read().map_err(|failure| match failure.downcast::<CompileError>() {
            Ok(error) => error.with(self.option_problems()).into(),
            Err(failure) => failure,
        })
    }

    fn option_problems(&self) -> Vec<Problem> {
        let mut diagnostics = Diagnostics::default();
        Options::from_given(&self.options, &mut diagnostics);
        diagnostics.all().into_iter().map(Problem::from).collect()
    }

    fn read(&self) -> Result<Input, Failure> {
        let InputArgs { descriptor_set, files, .. } = &self.arguments;
        match descriptor_set {
            None => Ok(self.compile()?),
            Some(set) => descriptors(set, files.iter().map(|file| file.to_string_lossy().into_owned()).collect()),
        }
    }

    fn compile(&self) -> Result<Input, CompileError> {
        let files = &self.arguments.files;
        match self.protoc() {
            None => compile::compile(&self.directories(), files),
            Some(protoc) => compile::compile_with_protoc(&protoc, &self.directories(), files),
        }
    }

    /// The protoc that `--protoc` chooses.
    pub(super) fn protoc(&self) -> Option<PathBuf> {
        let named = self.arguments.protoc.as_ref()?;
        Some(named.clone().or_else(compile::installed_protoc).unwrap_or_else(|| "protoc".into()))
    }

    /// The options of the plugin.
    pub(super) fn options(&self) -> &GivenOptions {
        &self.options
    }

    /// The directory of the generated code: the argument, or that in the options file.
    pub(super) fn out(&self, argument: Option<PathBuf>) -> Result<PathBuf, Failure> {
        if let Some(out) = argument.or_else(|| self.out.clone()) {
            return Ok(out);
        }
        if !self.options.problems().is_empty() {
            // One of them may be about the directory.
            self.generate()?;
        }
        let help = "pass --out DIR, or name it as `out` in rust-svc.toml";
        Err(Problem::uncoded("no directory for the generated code".to_owned(), help).into())
    }

    /// Whether the input is `.proto` files, not a descriptor set.
    pub(super) fn reads_files(&self) -> bool {
        self.arguments.descriptor_set.is_none()
    }

    /// The directories to look up imports in.
    pub(super) fn directories(&self) -> Vec<PathBuf> {
        let proto_path = &self.arguments.proto_path;
        if proto_path.is_empty() { vec![PathBuf::from(".")] } else { proto_path.clone() }
    }
}

/// Reads a descriptor set, to generate code for the files in `names`, or for all.
pub(super) fn descriptors(set: &Path, names: Vec<String>) -> Result<Input, Failure> {
    let help = "`buf build` or `protoc --include_imports --include_source_info --descriptor_set_out` writes one";
    let position = Position { file: set.display().to_string(), ..Position::default() };
    let failed = |error: &dyn Display| Problem::new("", &position, error.to_string(), help);
    let bytes = std::fs::read(set).map_err(|error| failed(&error))?;
    Ok(Input::from_descriptor_set(&bytes, names).map_err(|error| failed(&error))?)
}
