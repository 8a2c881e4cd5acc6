//! The built-in compiler of `.proto` files.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use protox::file::{ChainFileResolver, FileResolver as _, GoogleFileResolver, IncludeFileResolver};

use super::{
    CompileError, Revision,
    link::link,
    parsed::Parsed,
    revision::Directory,
    sources::{BuiltIn, Folder, Texts},
};
use crate::{
    diagnostics::{Position, Problem},
    read::Input,
};

/// Compiles files and their imports, found in the given directories.
pub fn compile(proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Input, CompileError> {
    compile_names(folders(proto_paths), import_names(proto_paths, files)?)
}

/// Finds the import names of files.
pub(super) fn import_names(proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Vec<String>, CompileError> {
    let resolvers = folders(proto_paths);
    files.iter().map(|file| name(&resolvers, proto_paths, file)).collect()
}

fn folders(proto_paths: &[PathBuf]) -> ChainFileResolver {
    let mut resolvers = ChainFileResolver::new();
    for directory in proto_paths {
        resolvers.add(Folder { files: IncludeFileResolver::new(directory.clone()), path: directory.clone() });
    }
    with_built_in(resolvers)
}

/// Compiles files by import name. Texts, by their import names, take precedence over the files in the given directories.
pub fn compile_texts(
    texts: &BTreeMap<String, String>,
    proto_paths: &[PathBuf],
    names: Vec<String>,
) -> Result<Input, CompileError> {
    let mut resolvers = ChainFileResolver::new();
    resolvers.add(Texts(texts.clone()));
    resolvers.add(folders(proto_paths));
    compile_names(resolvers, names)
}

/// Compiles files of a git revision, by import name.
pub fn compile_at(revision: &Revision, proto_paths: &[PathBuf], names: Vec<String>) -> Result<Input, CompileError> {
    let mut resolvers = ChainFileResolver::new();
    for directory in proto_paths {
        resolvers.add(Directory::new(revision, directory));
    }
    compile_names(with_built_in(resolvers), names)
}

fn with_built_in(mut resolvers: ChainFileResolver) -> ChainFileResolver {
    resolvers.add(BuiltIn);
    resolvers.add(GoogleFileResolver::new());
    resolvers
}

fn compile_names(resolvers: ChainFileResolver, names: Vec<String>) -> Result<Input, CompileError> {
    if names.is_empty() {
        return Ok(Input::default());
    }
    let parsed = Parsed::new(&resolvers, &names)?;
    let files = link(&parsed, &names).map_err(CompileError::new)?;
    let mut input = Input::from_files(files, names).map_err(|error| CompileError::of(error.to_string(), ""))?;
    let texts = parsed.texts();
    input.add_texts(|name| texts.get(name).cloned());
    Ok(input)
}

/// Finds the import name of a file that is given as a path or by its import name.
fn name(resolvers: &ChainFileResolver, proto_paths: &[PathBuf], file: &Path) -> Result<String, CompileError> {
    if let Some(name) = resolvers.resolve_path(file).filter(|_| file.is_file()) {
        return check_first(resolvers, &name, file).map(|()| name);
    }
    let text = file.to_string_lossy();
    let is_missing = |name| resolvers.open_file(name).is_err_and(|error| error.is_file_not_found());
    if !file.is_absolute() && !is_missing(&text) {
        return Ok(text.into_owned());
    }
    let name = within(proto_paths, file).ok_or_else(|| not_found(proto_paths, file))?;
    check_first(resolvers, &name, file).map(|()| name)
}

/// Finds the import name of a file if path and directory are written differently.
fn within(proto_paths: &[PathBuf], file: &Path) -> Option<String> {
    let file = file.canonicalize().ok()?;
    let name = |directory: &PathBuf| file.strip_prefix(directory.canonicalize().ok()?).ok().map(Path::to_owned);
    let name = proto_paths.iter().find_map(name)?;
    let segments = name.components().map(|segment| segment.as_os_str().to_string_lossy());
    Some(segments.collect::<Vec<_>>().join("/"))
}

/// Fails if imports of this name resolve to another file.
fn check_first(resolvers: &ChainFileResolver, name: &str, file: &Path) -> Result<(), CompileError> {
    // The compiler reports unreadable files.
    let first = resolvers.open_file(name).ok().and_then(|first| first.path().map(Path::to_owned));
    let Some(first) = first.filter(|first| first.canonicalize().ok() != file.canonicalize().ok()) else {
        return Ok(());
    };
    let message = format!("imports of {name} resolve to {}", first.display());
    Err(at_file(file, message, "change the order of the --proto-path directories"))
}

fn not_found(proto_paths: &[PathBuf], file: &Path) -> CompileError {
    let missing: Vec<_> = proto_paths.iter().filter(|path| !path.is_dir()).collect();
    if let Some(path) = missing.first() {
        return at_file(path, "no such directory".to_owned(), "check the path of --proto-path");
    }
    let looked: Vec<_> = proto_paths.iter().map(|path| path.display().to_string()).collect();
    let (message, help) = match file.is_file() {
        true => {
            (format!("not below --proto-path {}", looked.join(" --proto-path ")), "add its directory with --proto-path")
        }
        false => (
            format!("no such file in --proto-path {}", looked.join(" --proto-path ")),
            "use the name under which it is imported, or add its directory with --proto-path",
        ),
    };
    at_file(file, message, help)
}

fn at_file(file: &Path, message: String, help: &str) -> CompileError {
    let position = Position { file: file.display().to_string(), ..Position::default() };
    CompileError::new(vec![Problem { position, ..Problem::uncoded(message, help) }])
}
