//! Checks that the output is the same if the built-in reader compiles a contract instead of protoc.

use std::path::{Path, PathBuf};

use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    generate,
    options::Options,
    read::{Input, compile::compile},
    render::Files,
};

/// The first file that differs. `None` if all are equal, or if the reader rejects the contract, such as one of an
/// edition.
pub(crate) fn differ(folder: &Path, files: &[String], options: &str, by_protoc: &Files) -> Option<String> {
    let files: Vec<_> = files.iter().map(PathBuf::from).collect();
    let input = compile(&[folder.to_owned()], &files).ok()?;
    let printed = printed(&input, options)?;
    let differs = |(path, text): &(&String, &String)| by_protoc.get(*path).map(|other| code(other)) != Some(code(text));
    let mut compared = printed.iter().filter(|(path, _)| *path != "descriptor.rs");
    compared.find(differs).map(|(path, text)| format!("{path} is\n{text}"))
}

fn printed(input: &Input, options: &str) -> Option<Files> {
    let mut diagnostics = Diagnostics::default();
    let mut options = Options::parse(options, &mut diagnostics);
    options.include_imports = true;
    generate(input, &options, &mut diagnostics).ok()
}

/// The code without comments, which the two compilers attach differently in unusual places.
fn code(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect()
}
