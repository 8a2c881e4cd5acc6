//! The requests that protoc sends to a plugin.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bench::error::Result;
use prost::Message;
use protoc_gen_rust_svc::read::{Input, compile, descriptor::CodeGeneratorRequest};

use super::contract::Contract;

/// The descriptors of a contract.
pub(crate) fn of_contract(contract: &Contract) -> Result<Input> {
    of_texts(&contract.files())
}

/// The descriptors of files, by their names.
pub(crate) fn of_texts(files: &BTreeMap<String, String>) -> Result<Input> {
    let folder = tempfile::tempdir()?;
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder.path()))?;
        fs::write(path, text)?;
    }
    let names: Vec<_> = files.keys().map(PathBuf::from).collect();
    of_files(folder.path(), &names)
}

/// The descriptors of files below a folder.
pub(crate) fn of_files(folder: &Path, names: &[PathBuf]) -> Result<Input> {
    compile::compile(&[folder.to_owned()], names).map_err(|error| error.to_string().into())
}

/// The encoded request.
pub(crate) fn bytes(input: &Input) -> Vec<u8> {
    let proto_file = input.files.iter().map(|file| file.bytes.clone()).collect();
    let file_to_generate = input.generate.clone();
    CodeGeneratorRequest { file_to_generate, proto_file, ..CodeGeneratorRequest::default() }.encode_to_vec()
}
