//! Files of the repository, by their paths relative to its root.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Folders that hold generated code.
const GENERATED: [&str; 4] = ["tests/contracts/golden/", "examples/src/generated/", "/reflective/", "/generated/"];

/// Folders that are never read.
const SKIPPED: [&str; 3] = ["target", ".git", "node_modules"];

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file. Panics if it cannot be read.
pub fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// All files below a path, which may be a file itself, in order. Panics if the path does not exist.
pub fn files(path: &str) -> Vec<String> {
    let mut found = Vec::new();
    collect(&root(), path, &mut found);
    assert!(!found.is_empty(), "{path} does not exist");
    found.sort();
    found
}

fn collect(root: &Path, path: &str, found: &mut Vec<String>) {
    let Ok(entries) = fs::read_dir(root.join(path)) else {
        found.extend(root.join(path).is_file().then(|| path.to_owned()));
        return;
    };
    let names = entries.filter_map(|entry| Some(entry.ok()?.file_name().to_string_lossy().into_owned()));
    for name in names.filter(|name| !SKIPPED.contains(&name.as_str())) {
        collect(root, &format!("{path}/{name}"), found);
    }
}

/// The hand-written Rust sources below a path.
pub fn rust_sources(path: &str) -> Vec<String> {
    files(path).into_iter().filter(|path| path.ends_with(".rs") && !is_generated(path)).collect()
}

/// Whether a program wrote the file.
pub fn is_generated(path: &str) -> bool {
    GENERATED.iter().any(|folder| path.contains(folder))
}
