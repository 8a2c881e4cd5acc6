//! Requests as a compiler sends them, for the contracts of this repository's tests.

use std::fs;

use harness::{contracts, input, names};
use prost::Message as _;
use protoc_gen_rust_svc::read::{
    Input,
    descriptor::{CodeGeneratorRequest, CompilerVersion},
};

/// Longer ones are left out: what is found in them is found in shorter ones, and sooner.
const LONGEST: usize = 32 * 1024;

/// One for each file of `tests/contracts/golden`, and for each case of `tests/contracts/edge_cases`, in the order of their names.
pub fn requests() -> Vec<Vec<u8>> {
    let mut inputs = Vec::new();
    for folder in ["golden", "edge_cases"].map(|name| contracts().join(name)) {
        let mut entries: Vec<_> = fs::read_dir(&folder).into_iter().flatten().flatten().collect();
        entries.sort_by_key(fs::DirEntry::file_name);
        for path in entries.into_iter().map(|entry| entry.path()) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (folder, files) = if path.is_dir() { (&path, names(&path)) } else { (&folder, vec![name]) };
            let files: Vec<_> = files.iter().map(String::as_str).filter(|file| file.ends_with(".proto")).collect();
            inputs.extend(Some(files).filter(|files| !files.is_empty()).and_then(|files| input(folder, &files).ok()));
        }
    }
    let requests = inputs.into_iter().enumerate().map(|(index, input)| request(input, index % 2 == 0));
    requests.filter(|request| request.len() <= LONGEST).collect()
}

/// The request that protoc sends, or buf.
fn request(input: Input, by_protoc: bool) -> Vec<u8> {
    let request = CodeGeneratorRequest {
        file_to_generate: input.generate,
        parameter: Some(input.parameter).filter(|parameter| !parameter.is_empty()),
        compiler_version: by_protoc.then_some(CompilerVersion { major: 5 }),
        proto_file: input.files.into_iter().map(|file| file.bytes).collect(),
    };
    request.encode_to_vec()
}
