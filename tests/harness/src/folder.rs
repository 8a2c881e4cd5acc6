//! Files below a folder, by their paths.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the crate lies in the workspace")
}

/// The folder `tests/contracts`.
pub fn contracts() -> PathBuf {
    repository().join("tests/contracts")
}

/// The content of every file below a folder, by its path within. Empty if there is no such folder.
pub fn tree(folder: &Path) -> BTreeMap<String, String> {
    let content = |name: &String| fs::read_to_string(folder.join(name)).expect("a text");
    names(folder).into_iter().map(|name| (name.clone(), content(&name))).collect()
}

/// The path of every file below a folder, within it and with `/` between its parts. Empty if there is no such folder.
pub fn names(folder: &Path) -> Vec<String> {
    let mut names = Vec::new();
    collect(folder, "", &mut names);
    names.sort();
    names
}

fn collect(folder: &Path, prefix: &str, names: &mut Vec<String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.expect("readable");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), names);
        } else {
            names.push(name);
        }
    }
}
