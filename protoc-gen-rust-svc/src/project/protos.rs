//! The `.proto` files that the project keeps: those it is made from and all that they import, so that it is complete.

use std::path::{Component, Path, PathBuf};

use super::{Failure, Files};
use crate::read::{Input, compile::BUILT_IN};

/// Where they lie in the project.
pub const FOLDER: &str = "proto";

/// Copies of the files of `input`, found as the compiler found them. What every compiler brings along is left out.
pub fn copies(input: &Input, proto_paths: &[PathBuf]) -> Result<Files, Failure> {
    let names = input.files.iter().map(|file| file.descriptor.name.as_str());
    let kept = names.filter(|name| !name.starts_with("google/protobuf/"));
    kept.map(|name| Ok((format!("{FOLDER}/{}", inside(name)?), content(name, proto_paths)?))).collect()
}

/// A name that stays in the folder.
fn inside(name: &str) -> Result<&str, Failure> {
    match Path::new(name).components().all(|component| matches!(component, Component::Normal(_))) {
        true => Ok(name),
        false => Err(format!("{name}: error: the name of a .proto file must lead down from a --proto-path").into()),
    }
}

fn content(name: &str, proto_paths: &[PathBuf]) -> Result<Vec<u8>, Failure> {
    if let Some(path) = proto_paths.iter().map(|folder| folder.join(name)).find(|path| path.is_file()) {
        return std::fs::read(&path).map_err(|error| format!("{}: error: {error}", path.display()).into());
    }
    let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
    built_in.map(|(_, text)| text.as_bytes().to_vec()).ok_or_else(|| format!("{name}: error: it is gone").into())
}
