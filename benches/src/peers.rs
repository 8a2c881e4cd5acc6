//! The programs that are measured.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use crate::{Result, child::cargo_command};

/// What does together what we do alone.
pub(crate) const NAMES: [&str; 2] = ["protoc-gen-prost", "protoc-gen-tonic"];

const VERSION: &str = "0.5.0";

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

/// The peers, installed if they are not; `None`, after a word, where that cannot be done.
pub(crate) fn installed() -> Option<Vec<PathBuf>> {
    let root = target().join("peers");
    let found = NAMES.iter().map(|name| find(&root, name)).collect::<Option<Vec<_>>>();
    found.or_else(|| {
        println!("skipped: {} are not installed, and cargo install fails", NAMES.join(" and "));
        None
    })
}

/// The peers that are there already.
pub(crate) fn present() -> Option<Vec<PathBuf>> {
    let root = target().join("peers");
    let found = NAMES.iter().map(|name| is_there(&root, name)).collect::<Option<Vec<_>>>();
    found.or_else(|| {
        println!("skipped: {} are not installed", NAMES.join(" and "));
        None
    })
}

fn find(root: &Path, name: &str) -> Option<PathBuf> {
    is_there(root, name).or_else(|| install(root, name).ok().and_then(|()| is_there(root, name)))
}

fn is_there(root: &Path, name: &str) -> Option<PathBuf> {
    fs::canonicalize(root.join("bin").join(name)).ok()
}

fn install(root: &Path, name: &str) -> Result<()> {
    let mut cargo = cargo_command();
    cargo.args(["install", "--quiet", "--locked", "--version", VERSION, "--root"]).arg(root).arg(name);
    if cargo.status()?.success() { Ok(()) } else { Err(format!("{name} does not install").into()) }
}
