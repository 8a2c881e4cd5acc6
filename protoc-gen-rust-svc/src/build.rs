//! Code generation from a build script, with nothing installed but Rust.

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    diagnostics::Diagnostics,
    model::Model,
    options::Options,
    read::{Input, compile::compile},
    render::Files,
};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// What a build script generates.
///
/// ```no_run
/// // In `fn main()` of build.rs:
/// protoc_gen_rust_svc::Build::new("src/generated")
///     .proto_path("proto")
///     .file("proto/inventory/v1/inventory.proto")
///     .run();
/// ```
///
/// and `mod generated;` once in the crate. The files are written beside the sources, where they are seen in review, on
/// docs.rs and by editors; files that have not changed are left alone.
#[derive(Clone, Debug)]
pub struct Build {
    out: PathBuf,
    proto_paths: Vec<PathBuf>,
    descriptor_set: Option<PathBuf>,
    files: Vec<PathBuf>,
    options: Vec<String>,
}

impl Build {
    /// Writes to a directory, which is best given from the folder of the crate: `src/generated`.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self { out: out.into(), proto_paths: Vec::new(), descriptor_set: None, files: Vec::new(), options: Vec::new() }
    }

    /// Looks imports up in a directory too; in the current one if none is given.
    pub fn proto_path(mut self, directory: impl Into<PathBuf>) -> Self {
        self.proto_paths.push(directory.into());
        self
    }

    /// Reads descriptors, such as `protoc --include_imports --include_source_info --descriptor_set_out` writes, in place of
    /// `.proto` files: editions need that. Then [`file`](Self::file) is a name as it is imported, and without any, code is
    /// generated for all files of the set.
    pub fn descriptor_set(mut self, file: impl Into<PathBuf>) -> Self {
        self.descriptor_set = Some(file.into());
        self
    }

    /// Generates code for a file, and for those of its imports that it refers to.
    pub fn file(mut self, file: impl Into<PathBuf>) -> Self {
        self.files.push(file.into());
        self
    }

    /// Sets an option as a plugin takes it, such as `types=proto`.
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.options.push(option.into());
        self
    }

    /// Generates, and tells cargo when to do it again. Ends the build script with all that is wrong if something is.
    pub fn run(self) {
        for path in self.sources() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        if let Err(error) = self.try_run() {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }

    /// Generates. Fails with all that is wrong, an error a line.
    pub fn try_run(&self) -> Result<()> {
        let (files, warnings) = generate(&self.input()?, &self.options.join(","))?;
        for warning in warnings.lines().filter(|line| !line.starts_with(' ')) {
            println!("cargo::warning={warning}");
        }
        Ok(write_files(&self.out, &files)?)
    }

    fn input(&self) -> Result<Input> {
        let Some(set) = &self.descriptor_set else { return Ok(compile(&self.directories(), &self.files)?) };
        let bytes = fs::read(set).map_err(|error| format!("{}: {error}", set.display()))?;
        let names = self.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        Input::from_descriptor_set(&bytes, names).map_err(|error| format!("{}: {error}", set.display()).into())
    }

    /// What to generate again after.
    fn sources(&self) -> Vec<PathBuf> {
        match &self.descriptor_set {
            Some(set) => vec![set.clone()],
            None => self.directories().into_iter().chain(self.files.clone()).collect(),
        }
    }

    fn directories(&self) -> Vec<PathBuf> {
        if self.proto_paths.is_empty() { vec![PathBuf::from(".")] } else { self.proto_paths.clone() }
    }
}

/// The model of the files that were asked for and those that they refer to.
pub(crate) fn lowered(input: &Input, options: &str, diagnostics: &mut Diagnostics) -> Option<(Model, Options)> {
    let mut options = Options::parse(options, diagnostics);
    options.include_imports = true;
    let lowered = crate::lowered(input, &options, diagnostics)?;
    Some((lowered.model, options))
}

/// Generates code for the files that were asked for and those that they refer to, which nobody else generates then.
/// Gives the warnings too. Fails with all that is wrong.
pub(crate) fn generate(input: &Input, options: &str) -> Result<(Files, String)> {
    let mut diagnostics = Diagnostics::default();
    let mut options = Options::parse(options, &mut diagnostics);
    options.include_imports = true;
    let files = crate::generate(input, &options, &mut diagnostics)?;
    match diagnostics.has_errors() {
        true => Err((diagnostics.warnings() + &diagnostics.errors()).into()),
        false => Ok((files, diagnostics.warnings())),
    }
}

/// Writes files below a directory, and leaves alone those that have the content already, so that nothing is built again.
/// The error names the file.
pub(crate) fn write_files(directory: &Path, files: &Files) -> io::Result<()> {
    for (name, content) in files {
        let path = directory.join(name);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: error: {error}", path.display()));
        write_file(&path, content).map_err(named)?;
    }
    Ok(())
}

fn write_file(path: &Path, content: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|existing| existing == content.as_bytes()) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)
}
