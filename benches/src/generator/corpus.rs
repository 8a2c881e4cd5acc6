//! The contracts of googleapis, if there is a copy of them.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use bench::error::Result;
use protoc_gen_rust_svc::read::Input;

use super::request;
use crate::programs;

/// Reads all contracts. Returns `None` and prints a message if there are none.
pub(crate) fn googleapis() -> Result<Option<Input>> {
    let corpus = env::var_os("CORPUS").map_or_else(|| programs::repository().join("../shared/corpus"), PathBuf::from);
    let root = corpus.join("googleapis");
    if !root.is_dir() {
        println!("skipped: there is no {}", root.display());
        return Ok(None);
    }
    let mut names = Vec::new();
    collect(&root, Path::new(""), &mut names)?;
    names.sort();
    request::of_files(&root, &names).map(Some)
}

fn collect(root: &Path, folder: &Path, names: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = folder.join(entry.file_name());
        if entry.path().is_dir() {
            collect(root, &name, names)?;
        } else if name.extension().is_some_and(|extension| extension == "proto") {
            names.push(name);
        }
    }
    Ok(())
}
