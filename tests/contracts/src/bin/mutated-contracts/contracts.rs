//! The contracts to mutate.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use crate::judge::by_protoc;

/// The maximum size of a contract, so that a run takes little time.
const MAX_SIZE: usize = 24_000;

/// A contract, and where its imports are.
pub(crate) struct Original {
    /// The include path that it lies in.
    pub(crate) root: PathBuf,
    /// Its import name.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
    is_accepted: OnceLock<bool>,
}

impl Original {
    /// Whether protoc accepts it.
    pub(crate) fn is_accepted(&self) -> bool {
        *self.is_accepted.get_or_init(|| by_protoc(&self.root, self).is_ok_and(|compiled| compiled.is_ok()))
    }
}

/// The contracts of this repository, and those below further include paths.
pub(crate) fn originals(others: &[PathBuf]) -> Vec<Original> {
    let folder = harness::contracts();
    let mut roots = vec![harness::repository().join("proto"), folder.join("golden"), folder.join("diagnostics")];
    roots.push(folder.join("edge_cases"));
    roots.extend(subfolders(&folder.join("edge_cases")));
    roots.extend(subfolders(&folder.join("diff")).into_iter().map(|case| case.join("after")));
    roots.extend_from_slice(others);
    roots.iter().flat_map(|root| contracts(root)).filter(|original| original.bytes.len() <= MAX_SIZE).collect()
}

fn subfolders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut found: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    found.sort();
    found
}

fn contracts(root: &Path) -> Vec<Original> {
    let names = harness::names(root).into_iter().filter(|name| name.ends_with(".proto"));
    let read = |name: String| {
        let bytes = fs::read(root.join(&name)).ok()?;
        Some(Original { root: root.to_owned(), name, bytes, is_accepted: OnceLock::new() })
    };
    names.filter_map(read).collect()
}
