//! What to generate from: the arguments that several commands share.

use std::{
    fmt::Display,
    path::{Path, PathBuf},
};

use clap::Args;

use super::output::{Failure, complain};
use crate::{
    build,
    read::{Input, compile},
    render::Files,
};

/// Where to read, and with what options.
#[derive(Args, Debug)]
pub(super) struct Source {
    /// A directory that imports are looked up in; may be given several times
    #[arg(long, short = 'I', value_name = "DIR")]
    proto_path: Vec<PathBuf>,

    /// A file of descriptors, as protoc --descriptor_set_out --include_imports or buf build writes, to read instead of .proto files
    #[arg(long, value_name = "FILE", conflicts_with = "proto_path")]
    descriptor_set: Option<PathBuf>,

    /// An option as a plugin takes it, such as types=proto; may be given several times
    #[arg(long, value_name = "NAME=VALUE")]
    opt: Vec<String>,

    /// The .proto files to generate code for; with --descriptor-set, all of its files unless some are named
    #[arg(value_name = "FILE", required_unless_present = "descriptor_set")]
    files: Vec<PathBuf>,
}

impl Source {
    /// What is generated now. Fails with all that is wrong with the input.
    pub(super) fn generate(&self) -> Result<Files, Failure> {
        let (files, warnings) = build::generate(&self.input()?, &self.options())?;
        complain(warnings);
        Ok(files)
    }

    /// What to generate from.
    pub(super) fn input(&self) -> Result<Input, Failure> {
        match &self.descriptor_set {
            None => Ok(compile::compile(&self.directories(), &self.files)?),
            Some(set) => descriptors(set, self.files.iter().map(|file| file.to_string_lossy().into_owned()).collect()),
        }
    }

    /// The options, as a plugin takes them.
    pub(super) fn options(&self) -> String {
        self.opt.join(",")
    }

    /// Whether it reads `.proto` files, not a file of descriptors.
    pub(super) fn reads_files(&self) -> bool {
        self.descriptor_set.is_none()
    }

    /// Where imports are looked up.
    pub(super) fn directories(&self) -> Vec<PathBuf> {
        if self.proto_path.is_empty() { vec![PathBuf::from(".")] } else { self.proto_path.clone() }
    }
}

/// The files of a file of descriptors, to generate those of `names`, or all.
pub(super) fn descriptors(set: &Path, names: Vec<String>) -> Result<Input, Failure> {
    let help = "protoc --include_imports --include_source_info --descriptor_set_out, and buf build, write one";
    let failed = |error: &dyn Display| format!("{}: error: {error}\n  help: {help}", set.display());
    let bytes = std::fs::read(set).map_err(|error| failed(&error))?;
    Ok(Input::from_descriptor_set(&bytes, names).map_err(|error| failed(&error))?)
}
