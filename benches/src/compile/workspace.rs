//! The crates that are compiled, in a workspace of their own below the target directory.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bench::error::Result;
use prost::Message;
use prost_types::{FileDescriptorProto, FileDescriptorSet};
use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::Input};

use super::program;
use crate::{
    generator::contract::Contract,
    programs,
    usage::{self, Usage},
};

/// The runtime of every program.
const TOKIO: &str = r#"tokio = { version = "1", features = ["full"] }"#;

/// A library of generated code, and a program that uses it.
pub(super) struct GeneratedPackage {
    name: String,
    dependencies: String,
    library: BTreeMap<String, String>,
    program: String,
}

/// The workspace of the compiled crates.
pub(super) struct Workspace {
    folder: PathBuf,
    target: PathBuf,
}

impl Workspace {
    pub(super) fn new() -> Result<Self> {
        fs::create_dir_all(programs::target())?;
        let target = programs::target().canonicalize()?;
        Ok(Self { folder: target.join("bench"), target })
    }

    /// The crate that we generate, with the artefacts of `emit` unless it is empty.
    pub(super) fn ours(&self, name: &str, emit: &str, contract: &Contract, input: &Input) -> Result<GeneratedPackage> {
        let mut diagnostics = Diagnostics::default();
        let options = if emit.is_empty() { String::new() } else { format!("emit={emit}") };
        let options = Options::parse(&options, &mut diagnostics);
        let files = protoc_gen_rust_svc::generate(input, &options, &mut diagnostics)?;
        if diagnostics.has_errors() {
            return Err(diagnostics.errors().into());
        }
        let mut library: BTreeMap<_, _> =
            files.into_iter().map(|(path, text)| (format!("generated/{path}"), text)).collect();
        library.insert("lib.rs".to_owned(), "pub mod generated;\n".to_owned());
        let runtime = programs::repository().join("rust-svc").canonicalize()?;
        let dependencies = format!("rust-svc = {{ path = {:?} }}\n", runtime);
        let has = |artefact: &str| emit.is_empty() || emit.split(',').any(|emitted| emitted == artefact);
        Ok(GeneratedPackage {
            name: name.to_owned(),
            dependencies,
            library,
            program: program::ours(name, contract, has),
        })
    }

    /// The crate that tonic-prost-build generates.
    pub(super) fn peer(&self, name: &str, contract: &Contract, input: &Input) -> Result<GeneratedPackage> {
        let out = tempfile::tempdir()?;
        let file = input.files.iter().map(|file| FileDescriptorProto::decode(file.bytes.clone()));
        let set = FileDescriptorSet { file: file.collect::<Result<_, _>>()? };
        tonic_prost_build::configure().emit_rerun_if_changed(false).out_dir(out.path()).compile_fds(set)?;
        let text = fs::read_to_string(out.path().join("bench.v1.rs"))?;
        let library = [("v1.rs", text), ("lib.rs", "pub mod v1;\n".to_owned())];
        let library = library.map(|(path, text)| (path.to_owned(), text)).into();
        Ok(GeneratedPackage {
            name: name.to_owned(),
            dependencies: program::PEER_DEPENDENCIES.to_owned(),
            library,
            program: program::peer(name, contract),
        })
    }

    pub(super) fn write(&self, packages: &[GeneratedPackage]) -> Result<()> {
        if self.folder.exists() {
            fs::remove_dir_all(&self.folder)?;
        }
        let members: Vec<_> =
            packages.iter().flat_map(|package| [package.name.clone(), program_of(&package.name)]).collect();
        let release = "[profile.release]\nstrip = true\n";
        self.file("Cargo.toml", &format!("[workspace]\nresolver = \"3\"\nmembers = {members:?}\n\n{release}"))?;
        // The lock file has the versions that this project is tested with.
        fs::copy(programs::repository().join("Cargo.lock"), self.folder.join("Cargo.lock"))?;
        packages.iter().try_for_each(|package| self.package(package))
    }

    fn package(&self, package: &GeneratedPackage) -> Result<()> {
        let GeneratedPackage { name, dependencies, library, program } = package;
        let program_name = program_of(name);
        self.file(&format!("{name}/Cargo.toml"), &manifest(name, dependencies))?;
        for (path, text) in library {
            self.file(&format!("{name}/src/{path}"), text)?;
        }
        let own = format!("bench-{name} = {{ path = \"../{name}\" }}\n");
        let dependencies = format!("{own}{dependencies}{TOKIO}\n");
        self.file(&format!("{program_name}/Cargo.toml"), &manifest(&program_name, &dependencies))?;
        self.file(&format!("{program_name}/src/main.rs"), program)
    }

    fn file(&self, path: &str, text: &str) -> Result<()> {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
        Ok(fs::write(path, text)?)
    }

    /// Checks the library again.
    pub(super) fn check(&self, package: &GeneratedPackage) -> Result<Usage> {
        self.touch(package)?;
        usage::cargo(&self.folder, &self.target, &["check", "--package", &format!("bench-{}", package.name)])
    }

    /// Builds library and program again.
    pub(super) fn release(&self, package: &GeneratedPackage) -> Result<Usage> {
        self.touch(package)?;
        let (library, program) = (format!("bench-{}", package.name), format!("bench-{}", program_of(&package.name)));
        // Cargo copies only requested targets to file names without a hash.
        let packages = ["--package", &library, "--package", &program];
        usage::cargo(&self.folder, &self.target, &[&["build", "--release"][..], &packages].concat())
    }

    /// The built library.
    pub(super) fn library(&self, package: &GeneratedPackage) -> PathBuf {
        self.built(&format!("libbench_{}.rlib", package.name))
    }

    /// The built program.
    pub(super) fn program(&self, package: &GeneratedPackage) -> PathBuf {
        self.built(&format!("bench-{}", program_of(&package.name)))
    }

    fn built(&self, name: &str) -> PathBuf {
        self.target.join("release").join(name)
    }

    /// Rewrites the root files, so that cargo builds them again.
    fn touch(&self, package: &GeneratedPackage) -> Result<()> {
        let sources = [format!("{}/src/lib.rs", package.name), format!("{}/src/main.rs", program_of(&package.name))];
        sources.iter().try_for_each(|path| rewrite(&self.folder.join(path)))
    }
}

fn rewrite(path: &Path) -> Result<()> {
    Ok(fs::write(path, fs::read(path)?)?)
}

fn program_of(name: &str) -> String {
    format!("{name}-program")
}

fn manifest(name: &str, dependencies: &str) -> String {
    format!(
        "[package]\nname = \"bench-{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}"
    )
}
