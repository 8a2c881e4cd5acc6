//! Generation of the code of this crate in memory.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use protoc_gen_rust_svc::{diagnostics::Diagnostics, options::Options, read::compile};

use crate::node::BoxError;

const PROTO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../proto");
const GENERATED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/generated");
/// The options of buf.gen.yaml.
const OPTIONS: &str = "openapi=3.1";
const PACKAGES: [&str; 3] = ["inventory/v1", "order/v1", "dispatch/v1"];

/// Files by their path.
pub(super) type Files = BTreeMap<String, String>;

/// Generates the code.
pub(super) fn generated_now() -> Result<Files, BoxError> {
    let root = PathBuf::from(PROTO);
    let mut protos = Vec::new();
    for package in PACKAGES {
        protos.extend(files_in(&root.join(package))?);
    }
    let input = compile::compile(&[root], &protos)?;
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(OPTIONS, &mut diagnostics);
    let files = protoc_gen_rust_svc::generate(&input, &options, &mut diagnostics)?;
    if diagnostics.has_errors() { Err(diagnostics.errors().into()) } else { Ok(files) }
}

/// Returns the names of the files that differ.
pub(super) fn differing<'f>(one: &'f Files, other: &'f Files) -> BTreeSet<&'f String> {
    one.keys().chain(other.keys()).filter(|name| one.get(*name) != other.get(*name)).collect()
}

/// Reads the code with which this program was built.
pub(super) fn built_with() -> io::Result<Files> {
    let mut files = Files::new();
    collect(Path::new(GENERATED), Path::new(GENERATED), &mut files)?;
    Ok(files)
}

fn collect(root: &Path, folder: &Path, files: &mut Files) -> io::Result<()> {
    for path in files_in(folder)? {
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            let name = path.strip_prefix(root).map_err(io::Error::other)?;
            files.insert(name.to_string_lossy().replace('\\', "/"), fs::read_to_string(&path)?);
        }
    }
    Ok(())
}

fn files_in(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths: Vec<_> = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<_>>()?;
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_generated_code_is_current() {
        let (now, built) = (super::generated_now().expect("generates"), super::built_with().expect("reads"));
        let differing = super::differing(&now, &built);
        assert!(differing.is_empty(), "generate the examples once more, from all files in proto/: {differing:?}");
    }
}
