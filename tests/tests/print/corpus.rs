//! Contracts of public projects, which lie beside the checkout where they are at hand.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    options::Options,
    read::{Input, compile::compile},
};
use tempfile::NamedTempFile;
use tests::repository;

use crate::{
    golden::assert_rust,
    program::{complained, protoc},
};

/// What became of the folders of contracts.
#[derive(Default)]
struct Tally {
    generated: usize,
    files: usize,
    refused: Vec<String>,
    faults: Vec<String>,
}

/// Whatever people have written generates, or is refused with a reason: never an internal error.
#[test]
fn every_folder_of_contracts_generates() {
    let corpus = repository().join("../shared/corpus");
    let roots: Vec<_> = ["googleapis", "grpc-gateway", "conformance"].iter().map(|name| corpus.join(name)).collect();
    let Some(roots) = roots.iter().map(|root| root.canonicalize().ok()).collect::<Option<Vec<_>>>() else {
        println!("skipped: there is no ../shared/corpus");
        return;
    };
    let mut tally = Tally::default();
    for root in &roots {
        folders(root).into_iter().for_each(|(folder, files)| generate(&folder, &roots, &files, &mut tally));
    }
    println!("{} folders generated, {} files; refused: {:#?}", tally.generated, tally.files, tally.refused);
    assert!(tally.faults.is_empty(), "faults of the generator: {:#?}", tally.faults);
    assert!(tally.generated > 25, "only {} folders generate", tally.generated);
}

fn generate(folder: &Path, roots: &[PathBuf], files: &[PathBuf], tally: &mut Tally) {
    let input = match compile(roots, files).or_else(|_| compile_by_protoc(roots, files)) {
        Ok(input) => input,
        Err(error) => return tally.refused.push(format!("{}: {error}", folder.display())),
    };
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse("include_imports=true", &mut diagnostics);
    match protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics) {
        Err(error) => tally.faults.push(format!("{}: {error}", folder.display())),
        Ok(_) if diagnostics.has_errors() => {
            tally.refused.push(format!("{}: {}", folder.display(), diagnostics.errors()))
        }
        Ok(files) => {
            files.iter().for_each(|(name, content)| assert_rust(name, content));
            tally.generated += 1;
            tally.files += files.len();
        }
    }
}

/// What our own reader does not know: editions.
fn compile_by_protoc(roots: &[PathBuf], files: &[PathBuf]) -> Result<Input, String> {
    let set = NamedTempFile::new().expect("a file can be made");
    let mut arguments = vec!["--include_imports".to_owned(), "--include_source_info".to_owned()];
    arguments.push(format!("--descriptor_set_out={}", set.path().display()));
    arguments.extend(roots.iter().map(|root| format!("--proto_path={}", root.display())));
    let names: Vec<_> = files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let arguments: Vec<_> = arguments.iter().chain(&names).map(String::as_str).collect();
    let output = protoc(&roots[0], &arguments, &[]);
    if !output.status.success() {
        return Err(complained(&output));
    }
    Input::from_descriptor_set(&std::fs::read(set.path()).expect("protoc wrote it"), names)
        .map_err(|error| error.to_string())
}

/// The `.proto` files of each folder.
fn folders(root: &Path) -> BTreeMap<PathBuf, Vec<PathBuf>> {
    let mut folders: BTreeMap<PathBuf, Vec<PathBuf>> = BTreeMap::new();
    for name in tests::names(root).into_iter().filter(|name| name.ends_with(".proto")) {
        let folder = Path::new(&name).parent().unwrap_or(Path::new("")).to_owned();
        folders.entry(folder).or_default().push(name.into());
    }
    folders
}
