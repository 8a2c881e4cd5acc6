//! The built-in compiler of `.proto` files.

use std::{collections::BTreeMap, path::PathBuf};

use protox::file::ChainFileResolver;

use super::{
    CompileError,
    files::{Directory, Revision, Texts, folders, import_names, missing_folders, with_built_in},
    link::link,
    parsed::Parsed,
};
use crate::read::{Input, source::TabWidth};

/// Compiles files and their imports, found in the given directories. Reports files of an edition, which it does not support.
pub(super) fn compile_built_in(proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Input, CompileError> {
    compile_names(folders(proto_paths), import_names(proto_paths, files)?)
        .map_err(|error| with_missing_folders(error, proto_paths))
}

/// Adds the directories that do not exist, if an import was not found.
fn with_missing_folders(error: CompileError, proto_paths: &[PathBuf]) -> CompileError {
    match error.problems().iter().any(|problem| problem.message.ends_with("not found")) {
        true => CompileError::new([missing_folders(proto_paths), error.problems().to_vec()].concat()),
        false => error,
    }
}

/// Compiles files by import name. Texts, by their import names, take precedence over the files in the given directories. Reports
/// files of an edition.
pub(super) fn compile_texts_built_in(
    texts: &BTreeMap<String, String>,
    proto_paths: &[PathBuf],
    names: Vec<String>,
) -> Result<Input, CompileError> {
    let mut resolvers = ChainFileResolver::new();
    resolvers.add(Texts(texts.clone()));
    resolvers.add(folders(proto_paths));
    compile_names(resolvers, names)
}

/// Compiles files of a git revision, by import name. Reports files of an edition.
pub(super) fn compile_at_built_in(
    revision: &Revision,
    proto_paths: &[PathBuf],
    names: Vec<String>,
) -> Result<Input, CompileError> {
    let mut resolvers = ChainFileResolver::new();
    for directory in proto_paths {
        resolvers.add(Directory::new(revision, directory));
    }
    compile_names(with_built_in(resolvers), names)
}

fn compile_names(resolvers: ChainFileResolver, names: Vec<String>) -> Result<Input, CompileError> {
    if names.is_empty() {
        return Ok(Input::default());
    }
    let parsed = Parsed::new(&resolvers, &names);
    let files = link(&parsed, &names).map_err(CompileError::new)?;
    let mut input = Input::from_files(files, names).map_err(|error| CompileError::of(error.to_string(), ""))?;
    let texts = parsed.texts();
    input.add_texts(TabWidth::One, |name| texts.get(&name).cloned().into_iter());
    Ok(input)
}
