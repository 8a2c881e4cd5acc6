//! The folders in which a plugin looks up the texts of its files: it gets import names only.

use std::{
    fs,
    path::{Component, Path, PathBuf},
    sync::OnceLock,
};

/// The number of outer processes whose arguments may name include paths: a script may be between protoc and the plugin.
const ANCESTORS: usize = 3;

/// The depth to which folders are searched for modules, such as `proto` and `apis/proto`.
const DEPTH: usize = 2;

/// The maximum number of searched folders.
const MAX_FOLDERS: usize = 500;

/// The maximum size of a file, in bytes.
const MAX_SIZE: u64 = 16 * 1024 * 1024;

/// Folders that may contain the files of a run. A file of the right name may be another one.
#[derive(Debug, Default)]
pub struct SourceFolders {
    folders: Vec<PathBuf>,
    /// The folders below, which are searched if none of `folders` has a file.
    inner: OnceLock<Vec<PathBuf>>,
}

impl SourceFolders {
    /// Only these folders.
    pub(in super::super) fn new(folders: Vec<PathBuf>) -> Self {
        Self { folders, inner: Vec::new().into() }
    }

    /// Finds the folders of a plugin: the current directory, the given ones, and those in the arguments of protoc or buf.
    pub fn of_plugin(given: Vec<PathBuf>) -> Self {
        let mut folders = given;
        folders.extend(outer_arguments().iter().flat_map(|argument| paths(argument)).filter(|path| path.is_dir()));
        folders.push(PathBuf::from("."));
        Self { folders, inner: OnceLock::new() }
    }

    /// Reads the files of an import name.
    pub(in super::super) fn texts(&self, name: String) -> impl Iterator<Item = String> {
        let is_below = Path::new(&name).components().all(|part| matches!(part, Component::Normal(_)));
        let folders = self.folders.iter().chain(std::iter::once_with(|| self.inner()).flatten());
        folders.filter(move |_| is_below).filter_map(move |folder| read(&folder.join(&name)))
    }

    fn inner(&self) -> &[PathBuf] {
        self.inner.get_or_init(|| {
            let mut found = Vec::new();
            self.folders.iter().for_each(|folder| add_folders(folder, DEPTH, &mut found));
            found
        })
    }
}

fn read(path: &Path) -> Option<String> {
    let is_small = fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_SIZE);
    is_small.then(|| fs::read_to_string(path).ok())?
}

/// Adds the folders below a folder, without those that hold no sources.
fn add_folders(folder: &Path, depth: usize, found: &mut Vec<PathBuf>) {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<_> =
        entries.map(|entry| entry.path()).filter(|path| path.is_dir() && has_sources(path)).collect();
    paths.sort();
    paths.truncate(MAX_FOLDERS.saturating_sub(found.len()));
    found.extend(paths.iter().cloned());
    if depth > 1 {
        paths.iter().for_each(|path| add_folders(path, depth - 1, found));
    }
}

fn has_sources(folder: &Path) -> bool {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    !name.starts_with('.') && !["target", "node_modules"].contains(&&*name)
}

/// The arguments of the processes around this one, where the system has them in `/proc`.
fn outer_arguments() -> Vec<String> {
    let (mut found, mut process) = (Vec::new(), "self".to_owned());
    for _ in 0..ANCESTORS {
        let Some(outer) = parent(&process) else { break };
        let arguments = fs::read(format!("/proc/{outer}/cmdline")).unwrap_or_default();
        found.extend(arguments.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned()));
        process = outer;
    }
    found
}

/// The parent of a process. Its number follows the name in parentheses and the state.
fn parent(process: &str) -> Option<String> {
    let status = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let (_, rest) = status.rsplit_once(')')?;
    rest.split_whitespace().nth(1).map(str::to_owned)
}

/// The paths that an argument may contain: `DIR`, `-IDIR:DIR`, `--proto_path=DIR`, or `DIR#subdir=DIR`.
fn paths(argument: &str) -> Vec<PathBuf> {
    let value = match argument.strip_prefix("-I") {
        Some(value) => value,
        None if argument.starts_with('-') => argument.split_once('=').map_or("", |(_, value)| value),
        None => argument.split('#').next().unwrap_or_default(),
    };
    std::env::split_paths(value).filter(|path| !path.as_os_str().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::paths;

    #[test]
    fn arguments_name_folders() {
        for (argument, expected) in [
            ("-Iproto:/usr/include", &["proto", "/usr/include"][..]),
            ("--proto_path=api", &["api"]),
            ("../contracts#subdir=a", &["../contracts"]),
            ("-v", &[]),
            ("", &[]),
        ] {
            let expected: Vec<_> = expected.iter().map(Path::new).collect();
            assert_eq!(paths(argument), expected, "{argument}");
        }
    }
}
