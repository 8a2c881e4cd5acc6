//! Reads `.proto` files: with the built-in reader, or with protoc if they are of an edition.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use protoc_gen_rust_svc::read::{Input, compile::compile};
use tempfile::NamedTempFile;

/// Reads files and their imports. Fails with the errors of the compiler.
pub(crate) fn read(imports: &[PathBuf], files: &[String]) -> Result<Input, String> {
    let is_edition = |file: &String| text(imports, file).lines().any(|line| line.starts_with("edition = "));
    if files.iter().any(is_edition) {
        return by_protoc(imports, files);
    }
    let names: Vec<_> = files.iter().map(PathBuf::from).collect();
    compile(imports, &names).map_err(|error| error.to_string())
}

fn text(imports: &[PathBuf], file: &str) -> String {
    imports.iter().find_map(|root| fs::read_to_string(root.join(file)).ok()).unwrap_or_default()
}

fn by_protoc(imports: &[PathBuf], files: &[String]) -> Result<Input, String> {
    let set = NamedTempFile::new().map_err(|error| error.to_string())?;
    let bytes = protoc(set.path(), imports, files)?;
    Input::from_descriptor_set(&bytes, files.to_vec()).map_err(|error| error.to_string())
}

fn protoc(set: &Path, imports: &[PathBuf], files: &[String]) -> Result<Vec<u8>, String> {
    let program = protoc_bin_vendored::protoc_bin_path().map_err(|error| error.to_string())?;
    let own = protoc_bin_vendored::include_path().map_err(|error| error.to_string())?;
    let output = Command::new(program)
        .args(["--include_imports", "--include_source_info"])
        .arg(format!("--descriptor_set_out={}", set.display()))
        .args(imports.iter().chain([&own]).map(|folder| format!("--proto_path={}", folder.display())))
        .args(files)
        .output();
    let output = output.map_err(|error| error.to_string())?;
    if output.status.success() {
        fs::read(set).map_err(|error| error.to_string())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
