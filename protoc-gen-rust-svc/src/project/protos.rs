//! The `.proto` files of the project: the named ones and all of their imports.

use std::path::{Component, Path, PathBuf};

use super::{Failure, ProjectFiles};
use crate::read::{Input, compile::BUILT_IN};

/// Their folder in the project.
pub const FOLDER: &str = "proto";

/// Copies the files of `input`, except those that every compiler has built in.
pub fn copies(input: &Input, proto_paths: &[PathBuf]) -> Result<ProjectFiles, Failure> {
    let names = input.files.iter().map(|file| file.descriptor.name.as_str());
    let kept = names.filter(|name| !name.starts_with("google/protobuf/"));
    kept.map(|name| Ok((format!("{FOLDER}/{}", inside(name)?), content(name, proto_paths)?))).collect()
}

/// Checks that a name does not leave the folder.
fn inside(name: &str) -> Result<&str, Failure> {
    match Path::new(name).components().all(|component| matches!(component, Component::Normal(_))) {
        true => Ok(name),
        false => Err(format!("{name}: error: the file is not below a --proto-path").into()),
    }
}

fn content(name: &str, proto_paths: &[PathBuf]) -> Result<Vec<u8>, Failure> {
    if let Some(path) = proto_paths.iter().map(|folder| folder.join(name)).find(|path| path.is_file()) {
        return std::fs::read(&path).map_err(|error| format!("{}: error: {error}", path.display()).into());
    }
    let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
    built_in.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| format!("{name}: error: no such file").into())
}
