//! What to generate from: the arguments that several commands share.

use std::path::PathBuf;

use clap::Args;

use super::Failure;
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
        let (files, warnings) = build::generate(&self.input()?, &self.opt.join(","))?;
        eprint!("{warnings}");
        Ok(files)
    }

    fn input(&self) -> Result<Input, Failure> {
        let Some(set) = &self.descriptor_set else {
            return Ok(compile::compile(&self.directories(), &self.files)?);
        };
        let bytes = std::fs::read(set).map_err(|error| format!("{}: error: {error}", set.display()))?;
        let names = self.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
        let input = Input::from_descriptor_set(&bytes, names);
        Ok(input.map_err(|error| format!("{}: error: {error}", set.display()))?)
    }

    fn directories(&self) -> Vec<PathBuf> {
        if self.proto_path.is_empty() { vec![PathBuf::from(".")] } else { self.proto_path.clone() }
    }
}
