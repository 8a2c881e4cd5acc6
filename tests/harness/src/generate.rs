//! The generator in process, on files of this repository.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    options::Options,
    read::{Input, compile::compile},
    render::Files,
};

use crate::repository;

/// The options in the first line of a file.
pub fn options_of(folder: &Path, file: &str) -> String {
    let text = fs::read_to_string(folder.join(file)).expect("a text");
    let first = text.lines().next().unwrap_or_default();
    first.strip_prefix("// options: ").unwrap_or_default().to_owned()
}

/// Generates files in `folder` with the options of a plugin. Returns the output or the errors, and the warnings.
pub fn generate(folder: &Path, files: &[&str], options: &str) -> (Result<Files, String>, String) {
    let input = match input(folder, files) {
        Ok(input) => input,
        Err(error) => return (Err(error), String::new()),
    };
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(options, &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics).map_err(|error| error.to_string());
    let warnings = diagnostics.warnings();
    (if diagnostics.has_errors() { Err(diagnostics.errors()) } else { files }, warnings)
}

/// Reads files in `folder`. protoc reads files of an edition, which the built-in reader does not support.
pub fn input(folder: &Path, files: &[&str]) -> Result<Input, String> {
    let is_edition =
        |file: &&str| fs::read_to_string(folder.join(file)).is_ok_and(|text| text.contains("\nedition = "));
    if files.iter().any(is_edition) {
        return Ok(input_by_protoc(folder, files));
    }
    let names: Vec<_> = files.iter().map(PathBuf::from).collect();
    compile(&[folder.to_owned()], &names).map_err(|error| error.to_string())
}

fn input_by_protoc(folder: &Path, files: &[&str]) -> Input {
    let set = tempfile::NamedTempFile::new().expect("a file can be made");
    let status = Command::new(protoc_bin_vendored::protoc_bin_path().expect("protoc is in its crate"))
        .arg(format!("-I{}", protoc_bin_vendored::include_path().expect("so are its files").display()))
        .arg(format!("-I{}", folder.display()))
        .arg(format!("-I{}", repository().join("proto").display()))
        .args(["--include_imports", "--include_source_info"])
        .arg(format!("--descriptor_set_out={}", set.path().display()))
        .args(files)
        .status();
    assert!(status.expect("protoc runs").success(), "protoc refuses {files:?}");
    let bytes = fs::read(set.path()).expect("protoc wrote it");
    Input::from_descriptor_set(&bytes, files.iter().map(ToString::to_string).collect()).expect("descriptors")
}
