//! What the tests of the generator share: the generator, in process.

use std::path::{Path, PathBuf};

use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    options::Options,
    read::compile::compile,
    render::Files,
};

/// The folder of this crate.
pub fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// What is generated for files in `folder` with the options of a plugin, or what is wrong with them; and the warnings.
pub fn generate(folder: &Path, files: &[&str], options: &str) -> (Result<Files, String>, String) {
    let names: Vec<_> = files.iter().map(PathBuf::from).collect();
    let input = match compile(&[folder.to_owned()], &names) {
        Ok(input) => input,
        Err(error) => return (Err(error.to_string()), String::new()),
    };
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(options, &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics).map_err(|error| error.to_string());
    let warnings = diagnostics.warnings();
    (if diagnostics.has_errors() { Err(diagnostics.errors()) } else { files }, warnings)
}
