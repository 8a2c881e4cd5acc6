//! What the tests of the generator share: the generator, in process.

use std::{
    fs,
    path::{Path, PathBuf},
};

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile::compile, render::Files};

/// The folder of this crate.
pub fn home() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folder of the workspace.
pub fn repository() -> PathBuf {
    home().parent().expect("this crate lies in the workspace").to_owned()
}

/// The content of every file below a folder, by its path within. Empty if there is no such folder.
pub fn tree(folder: &Path) -> Files {
    let mut files = Files::new();
    collect(folder, folder, &mut files);
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Files) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("readable").path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            files.insert(name, fs::read_to_string(&path).expect("a text"));
        }
    }
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
