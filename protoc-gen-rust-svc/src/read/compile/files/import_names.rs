//! The names under which files are imported.

use std::{
    collections::BTreeSet,
    path::{Component, Path, PathBuf},
};

use protox::file::{ChainFileResolver, FileResolver as _};

use super::sources::folders;
use crate::{
    diagnostics::{Position, Problem},
    read::compile::CompileError,
};

/// Finds the import names of files that are given as paths or by their import names. Fails with the errors of all.
pub(in super::super) fn import_names(proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Vec<String>, CompileError> {
    let search = NameLookup { proto_paths, resolvers: folders(proto_paths) };
    let (mut names, mut problems, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for file in files {
        match search.name(file) {
            Ok(name) => names.extend(seen.insert(name.clone()).then_some(name)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(names) } else { Err(CompileError::new(problems)) }
}

/// Reports directories that do not exist, or are files.
pub(in super::super) fn missing_folders(proto_paths: &[PathBuf]) -> Vec<Problem> {
    let missing = proto_paths.iter().filter(|path| !path.is_dir());
    let message = |path: &Path| if path.exists() { "not a directory" } else { "no such directory" };
    missing.map(|path| at_file(path, message(path).to_owned(), "check the path of --proto-path")).collect()
}

struct NameLookup<'a> {
    proto_paths: &'a [PathBuf],
    resolvers: ChainFileResolver,
}

impl NameLookup<'_> {
    fn name(&self, file: &Path) -> Result<String, Problem> {
        if let Some(name) = self.resolvers.resolve_path(file).filter(|_| file.is_file()) {
            return self.check_first(&name, file).map(|()| name);
        }
        if let Some(name) = import_name(file).filter(|name| self.is_known(name)) {
            return Ok(name);
        }
        let name = self.within(file).ok_or_else(|| self.not_found(file))?;
        self.check_first(&name, file).map(|()| name)
    }

    /// Whether a file of this import name is in one of the directories, or built in.
    fn is_known(&self, name: &str) -> bool {
        let is_there = self.proto_paths.iter().any(|directory| directory.join(name).exists());
        is_there || self.resolvers.open_file(name).is_ok()
    }

    /// Finds the import name of a file if path and directory are written differently.
    fn within(&self, file: &Path) -> Option<String> {
        let file = file.canonicalize().ok()?;
        let name = |directory: &PathBuf| file.strip_prefix(directory.canonicalize().ok()?).ok().map(Path::to_owned);
        let name = self.proto_paths.iter().find_map(name)?;
        import_name(&name)
    }

    /// Fails if imports of this name resolve to another file.
    fn check_first(&self, name: &str, file: &Path) -> Result<(), Problem> {
        let first = self.proto_paths.iter().map(|directory| directory.join(name)).find(|path| path.exists());
        let Some(first) = first.filter(|first| first.canonicalize().ok() != file.canonicalize().ok()) else {
            return Ok(());
        };
        let message = format!("imports of {name} resolve to {}", first.display());
        Err(at_file(file, message, "change the order of the --proto-path directories"))
    }

    fn not_found(&self, file: &Path) -> Problem {
        if let Some(missing) = missing_folders(self.proto_paths).into_iter().next() {
            return missing;
        }
        let looked: Vec<_> = self.proto_paths.iter().map(|path| format!("--proto-path {}", path.display())).collect();
        let looked = looked.join(" ");
        match file.exists() {
            true => at_file(file, format!("not below {looked}"), "add its directory with --proto-path"),
            false => at_file(
                file,
                format!("no such file in {looked}"),
                "use the name under which it is imported, or add its directory with --proto-path",
            ),
        }
    }
}

/// Writes a relative path as imports do.
fn import_name(path: &Path) -> Option<String> {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let names = parts.map(|part| if let Component::Normal(name) = part { name.to_str() } else { None });
    let names = names.collect::<Option<Vec<_>>>()?;
    (!names.is_empty()).then(|| names.join("/"))
}

fn at_file(file: &Path, message: String, help: &str) -> Problem {
    let position = Position { file: file.display().to_string(), ..Position::default() };
    Problem { position, ..Problem::uncoded(message, help) }
}
