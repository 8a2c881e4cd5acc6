//! Generates code from a build script, without other tools.

use std::{
    error::Error,
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    diagnostics::Diagnostics,
    model::Model,
    options::{GivenOptions, Options, OptionsFile},
    read::{
        Input,
        compile::{CompileError, compile, compile_with_protoc},
    },
    render::Files,
};

type Result<T, E = Box<dyn Error>> = std::result::Result<T, E>;

/// A run of the generator in a build script.
///
/// ```no_run
/// // In `fn main()` of build.rs:
/// protoc_gen_rust_svc::Build::new("src/generated")
///     .proto_path("proto")
///     .file("proto/inventory/v1/inventory.proto")
///     .run();
/// ```
///
/// Declare `mod generated;` once in the crate. The files are part of the sources, visible in reviews, on docs.rs and in
/// editors. Unchanged files are not written.
#[derive(Clone, Debug)]
pub struct Build {
    out: PathBuf,
    options_file: Option<PathBuf>,
    is_for_out_dir: bool,
    proto_paths: Vec<PathBuf>,
    descriptor_set: Option<PathBuf>,
    protoc: Option<PathBuf>,
    files: Vec<PathBuf>,
    options: Vec<String>,
}

impl Build {
    /// Writes to a directory, relative to the folder of the crate, such as `src/generated`.
    pub fn new(out: impl Into<PathBuf>) -> Self {
        Self {
            out: out.into(),
            options_file: None,
            is_for_out_dir: false,
            proto_paths: Vec::new(),
            descriptor_set: None,
            protoc: None,
            files: Vec::new(),
            options: Vec::new(),
        }
    }

    /// Reads what to generate, where and how from an options file, such as `rust-svc.toml`. Calls of other functions add to it,
    /// and [`option`](Self::option) takes precedence.
    pub fn from_file(path: impl Into<PathBuf>) -> Self {
        Self { options_file: Some(path.into()), ..Self::new("") }
    }

    /// Writes to the directory that cargo gives the build script, not to the sources. Include the code by
    /// `include!(concat!(env!("OUT_DIR"), "/generated.rs"));`, which declares the module `generated`.
    pub fn in_out_dir() -> Self {
        Self::new("").to_out_dir()
    }

    /// Writes to the directory of [`in_out_dir`](Self::in_out_dir), and not to the one given before.
    pub fn to_out_dir(mut self) -> Self {
        self.is_for_out_dir = true;
        self
    }

    /// Adds a directory to look up imports in. The default is the current one.
    pub fn proto_path(mut self, directory: impl Into<PathBuf>) -> Self {
        self.proto_paths.push(directory.into());
        self
    }

    /// Reads a descriptor set in place of `.proto` files; files of an edition need it. `buf build` or `protoc --include_imports
    /// --include_source_info --descriptor_set_out` writes one. [`file`](Self::file) then takes import names; without any,
    /// code is generated for all files of the set.
    pub fn descriptor_set(mut self, file: impl Into<PathBuf>) -> Self {
        self.descriptor_set = Some(file.into());
        self
    }

    /// Compiles the files with this protoc in place of the built-in reader: files of an edition need it.
    pub fn protoc(mut self, program: impl Into<PathBuf>) -> Self {
        self.protoc = Some(program.into());
        self
    }

    /// Generates code for a file, and for imported files that it uses.
    pub fn file(mut self, file: impl Into<PathBuf>) -> Self {
        self.files.push(file.into());
        self
    }

    /// Sets an option of the plugin, such as `types=proto`.
    pub fn option(mut self, option: impl Into<String>) -> Self {
        self.options.push(option.into());
        self
    }

    /// Generates code, and prints the inputs for cargo. Exits the build script if there are errors.
    pub fn run(self) {
        if let Some(path) = &self.options_file {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        if let Err(error) = self.try_run() {
            eprintln!("{error}");
            std::process::exit(1);
        }
    }

    /// Generates code. Fails with all errors.
    pub fn try_run(&self) -> Result<()> {
        let (build, options) = self.with_file()?;
        for path in build.sources() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
        let out = build.out_dir()?;
        let (files, warnings) = generate(&build.input()?, &options)?;
        for warning in warnings.lines().filter(|line| !line.starts_with(' ')) {
            println!("cargo::warning={warning}");
        }
        Ok(write_files(&out, &files)?)
    }

    /// Adds what the options file has.
    fn with_file(&self) -> Result<(Self, GivenOptions)> {
        let arguments = GivenOptions::from_parameter(&self.options.join(","));
        let Some(path) = &self.options_file else { return Ok((self.clone(), arguments)) };
        let file = OptionsFile::read(path).map_err(|problem| problem.to_string())?;
        let mut build = self.clone();
        build.out = file.out.unwrap_or_default();
        build.proto_paths.extend(file.proto_path);
        build.files.extend(file.files);
        build.descriptor_set = build.descriptor_set.or(file.descriptor_set);
        let problems = file.options.problems();
        if !problems.is_empty() && build.files.is_empty() && build.descriptor_set.is_none() {
            return Err(CompileError::new(problems.to_vec()).into());
        }
        if build.out.as_os_str().is_empty() && !build.is_for_out_dir {
            return Err(format!("{}: error: `out` is missing", path.display()).into());
        }
        Ok((build, file.options.overridden_by(arguments)))
    }

    /// Returns the directory to write to. Below that of cargo, a file declares the module.
    fn out_dir(&self) -> Result<PathBuf> {
        if !self.is_for_out_dir {
            return Ok(self.out.clone());
        }
        let cargo = std::env::var_os("OUT_DIR").map(PathBuf::from);
        let cargo = cargo.ok_or("error: OUT_DIR is not set: only a build script can write to it")?;
        let out = cargo.join("generated");
        let root = out.join("mod.rs").to_string_lossy().into_owned();
        let declaration = quote::quote!(#[path = #root] pub mod generated;);
        write_file(&cargo.join("generated.rs"), &declaration.to_string())?;
        Ok(out)
    }

    fn input(&self) -> Result<Input> {
        let Some(set) = &self.descriptor_set else { return Ok(self.compile()?) };
        let bytes = fs::read(set).map_err(|error| format!("{}: {error}", set.display()))?;
        let names = self.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        Input::from_descriptor_set(&bytes, names).map_err(|error| format!("{}: {error}", set.display()).into())
    }

    fn compile(&self) -> Result<Input, CompileError> {
        match &self.protoc {
            None => compile(&self.directories(), &self.files),
            Some(protoc) => compile_with_protoc(protoc, &self.directories(), &self.files),
        }
    }

    /// The inputs that cargo watches for changes.
    fn sources(&self) -> Vec<PathBuf> {
        match &self.descriptor_set {
            Some(set) => vec![set.clone()],
            None => {
                self.directories().into_iter().chain(self.files.iter().filter(|file| file.exists()).cloned()).collect()
            }
        }
    }

    fn directories(&self) -> Vec<PathBuf> {
        if self.proto_paths.is_empty() { vec![PathBuf::from(".")] } else { self.proto_paths.clone() }
    }
}

/// Lowers the named files and those that they use.
pub(crate) fn lowered(
    input: &Input,
    options: &GivenOptions,
    diagnostics: &mut Diagnostics,
) -> Option<(Model, Options)> {
    let mut options = Options::from_given(options, diagnostics);
    options.include_imports = true;
    let lowered = crate::lowered(input, &options, diagnostics)?;
    Some((lowered.model, options))
}

/// Generates code for the named files and those that they use. Returns the warnings too. Fails with all errors.
pub(crate) fn generate(input: &Input, options: &GivenOptions) -> Result<(Files, String)> {
    let (files, diagnostics) = try_generate(input, options)?;
    match diagnostics.has_errors() {
        true => Err((diagnostics.warnings() + &diagnostics.errors()).into()),
        false => Ok((files, diagnostics.warnings())),
    }
}

/// Generates code for the named files and those that they use, or none if there are errors.
pub(crate) fn try_generate(input: &Input, options: &GivenOptions) -> Result<(Files, Diagnostics)> {
    let mut diagnostics = Diagnostics::default();
    let mut options = Options::from_given(options, &mut diagnostics);
    options.include_imports = true;
    let files = crate::generate(input, &options, &mut diagnostics)?;
    Ok((files, diagnostics))
}

/// Writes files below a directory, except unchanged ones, which would cause rebuilds. Errors name the file.
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
