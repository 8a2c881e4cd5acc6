//! The programs that are measured.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use bench::error::Result;

use crate::usage::cargo_command;

/// The plugins that together generate as much as ours, each with its version.
const PEERS: [(&str, &str); 3] =
    [("protoc-gen-prost", "0.5.0"), ("protoc-gen-prost-serde", "0.4.0"), ("protoc-gen-tonic", "0.5.0")];

/// The folder of the workspace.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Where cargo builds.
pub(crate) fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| repository().join("target"), PathBuf::from)
}

/// Our plugin, built as this program is.
pub(crate) fn ours() -> Result<PathBuf> {
    built("protoc-gen-rust-svc", "protoc-gen-rust-svc")
}

/// A program of the workspace, built as this one is.
pub(crate) fn built(package: &str, program: &str) -> Result<PathBuf> {
    let (profile, arguments): (_, &[_]) = match cfg!(debug_assertions) {
        true => ("debug", &[]),
        false => ("release", &["--release"]),
    };
    let mut cargo = cargo_command();
    // CI builds what it needs of the workspace together.
    let scope = env::var("SCOPE").map_or_else(|_| format!("--package {package}"), |scope| scope + " --all-targets");
    cargo.current_dir(repository()).args(["build", "--quiet"]).args(scope.split(' ')).args(arguments);
    let path = target().join(profile).join(program);
    if cargo.status()?.success() { Ok(path.canonicalize()?) } else { Err(format!("{program} does not build").into()) }
}

/// Installs missing peers. Returns `None` and prints a message if that fails.
pub(crate) fn installed() -> Option<Vec<PathBuf>> {
    let root = target().join("peers");
    let found = PEERS.iter().map(|(name, version)| {
        let install = || install(&root, name, version).ok().and_then(|()| find(&root, name));
        find(&root, name).or_else(install)
    });
    found.collect::<Option<Vec<_>>>().or_else(|| {
        println!("skipped: {} are not installed, and cargo install fails", names());
        None
    })
}

/// Returns the peers if all are installed. Otherwise prints a message and returns `None`.
pub(crate) fn present() -> Option<Vec<PathBuf>> {
    let root = target().join("peers");
    let found = PEERS.iter().map(|(name, _)| find(&root, name)).collect::<Option<Vec<_>>>();
    found.or_else(|| {
        println!("skipped: {} are not installed", names());
        None
    })
}

fn names() -> String {
    PEERS.map(|(name, _)| name).join(", ")
}

fn find(root: &Path, name: &str) -> Option<PathBuf> {
    fs::canonicalize(root.join("bin").join(name)).ok()
}

fn install(root: &Path, name: &str, version: &str) -> Result<()> {
    let mut cargo = cargo_command();
    cargo.args(["install", "--quiet", "--locked", "--version", version, "--root"]).arg(root).arg(name);
    if cargo.status()?.success() { Ok(()) } else { Err(format!("{name} does not install").into()) }
}
