//! The `.proto` files of the project: the named ones and all of their imports, in the folders of their packages.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Component, Path, PathBuf},
};

use super::{Failure, ProjectFiles};
use crate::read::{Input, compile::BUILT_IN};

/// Their folder in the project.
pub const FOLDER: &str = "proto";

/// Schemas of others, whose folders are known.
const PUBLIC: &[&str] = &["buf/", "google/", "rust_svc/"];

/// The `.proto` files of a project.
#[derive(Debug)]
pub struct ProtoFiles {
    /// The text of each file, by its import name.
    pub texts: BTreeMap<String, String>,
    /// The name of each file that moved to the folder of its package, by its earlier name.
    moved: BTreeMap<String, String>,
}

impl ProtoFiles {
    /// Copies the files of `input`, except those that every compiler has built in.
    pub fn copy(input: &Input, proto_paths: &[PathBuf]) -> Result<Self, Failure> {
        Self::copy_by(input, |name| content(name, proto_paths))
    }

    /// Takes the files of `input` from texts.
    pub fn of(input: &Input, texts: &BTreeMap<String, String>) -> Result<Self, Failure> {
        Self::copy_by(input, |name| texts.get(name).cloned().map_or_else(|| content(name, &[]), Ok))
    }

    fn copy_by(input: &Input, content: impl Fn(&str) -> Result<String, Failure>) -> Result<Self, Failure> {
        let names = input.files.iter().map(|file| file.descriptor.name.as_str());
        let kept: Vec<_> = names.filter(|name| !name.starts_with("google/protobuf/")).collect();
        let moved = moves(input, &kept);
        let mut texts = BTreeMap::new();
        for name in kept {
            let text = content(inside(name)?)?;
            texts.insert(new_name(&moved, name), with_imports(&text, &moved));
        }
        Ok(Self { texts, moved })
    }

    /// Whether a file moved, so that the names of the input are no longer those of the project.
    pub fn has_moved(&self) -> bool {
        !self.moved.is_empty()
    }

    /// Returns the names in the project of files of the input.
    pub fn names(&self, names: &[String]) -> Vec<String> {
        names.iter().map(|name| new_name(&self.moved, name)).collect()
    }

    /// Returns the files by their paths in the project.
    pub fn files(&self) -> ProjectFiles {
        let file = |(name, text): (&String, &String)| (format!("{FOLDER}/{name}"), text.clone().into_bytes());
        self.texts.iter().map(file).collect()
    }
}

/// Finds the files that are not in the folder of their package, and their new names. A name that is taken stays.
fn moves(input: &Input, kept: &[&str]) -> BTreeMap<String, String> {
    let mut taken: BTreeSet<String> = kept.iter().map(|name| name.to_lowercase()).collect();
    let mut moved = BTreeMap::new();
    for file in &input.files {
        let (name, package) = (&file.descriptor.name, &file.descriptor.package);
        let is_ours = kept.contains(&name.as_str()) && !PUBLIC.iter().any(|folder| name.starts_with(folder));
        let to = in_package(name, package);
        if is_ours && !package.is_empty() && to != *name && taken.insert(to.to_lowercase()) {
            moved.insert(name.clone(), to);
        }
    }
    moved
}

fn in_package(name: &str, package: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    format!("{}/{file}", package.replace('.', "/"))
}

fn new_name(moved: &BTreeMap<String, String>, name: &str) -> String {
    moved.get(name).cloned().unwrap_or_else(|| name.to_owned())
}

/// Replaces the names of moved files in imports.
fn with_imports(text: &str, moved: &BTreeMap<String, String>) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let is_import = line.trim_start().starts_with("import");
        let names = moved.iter().filter(|_| is_import);
        names.fold(line.to_owned(), |line, (from, to)| {
            let quoted = |quote, name: &str| format!("{quote}{name}{quote}");
            line.replace(&quoted('"', from), &quoted('"', to)).replace(&quoted('\'', from), &quoted('\'', to))
        })
    });
    lines.collect()
}

/// Checks that a name does not leave the folder.
fn inside(name: &str) -> Result<&str, Failure> {
    match Path::new(name).components().all(|component| matches!(component, Component::Normal(_))) {
        true => Ok(name),
        false => Err(format!("{name}: error: the file is not below a --proto-path").into()),
    }
}

fn content(name: &str, proto_paths: &[PathBuf]) -> Result<String, Failure> {
    if let Some(path) = proto_paths.iter().map(|folder| folder.join(name)).find(|path| path.is_file()) {
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: error: {error}", path.display()))?;
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
    built_in.map(|(_, text)| (*text).to_owned()).ok_or_else(|| format!("{name}: error: no such file").into())
}
