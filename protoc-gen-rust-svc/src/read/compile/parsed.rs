//! Parses files and their imports, to report the errors of all of them.

use std::collections::BTreeMap;

use protox::file::{ChainFileResolver, File, FileResolver};

use super::{CompileError, located::problems, names::Names, positions::position};
use crate::diagnostics::Problem;

/// The number of `FileDescriptorProto.dependency`.
const DEPENDENCY: i32 = 3;

/// Parsed files, by import name.
pub(super) struct Parsed(BTreeMap<String, File>);

impl Parsed {
    /// Parses files and their imports. Fails with the errors of all of them.
    pub(super) fn new(resolver: &ChainFileResolver, names: &[String]) -> Result<Self, CompileError> {
        let mut walk = Walk { resolver, files: BTreeMap::new(), problems: Vec::new() };
        names.iter().for_each(|name| walk.open(name));
        if walk.problems.is_empty() { Ok(Self(walk.files)) } else { Err(CompileError::new(walk.problems)) }
    }

    /// The texts of all files.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        let text = |(name, file): (&String, &File)| Some((name.clone(), file.source()?.to_owned()));
        self.0.iter().filter_map(text).collect()
    }

    /// The names that all files declare.
    pub(super) fn names(&self) -> Names {
        Names::new(self.0.values().map(File::file_descriptor_proto))
    }
}

impl FileResolver for Parsed {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        self.0.get(name).cloned().ok_or_else(|| protox::Error::file_not_found(name))
    }
}

struct Walk<'a> {
    resolver: &'a ChainFileResolver,
    files: BTreeMap<String, File>,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn open(&mut self, name: &str) {
        let mut todo = vec![name.to_owned()];
        while let Some(name) = todo.pop() {
            if self.files.contains_key(&name) {
                continue;
            }
            match self.resolver.open_file(&name) {
                Ok(file) => {
                    todo.extend(self.imports(&file));
                    self.files.insert(name, file);
                }
                Err(error) => self.problems.extend(problems(&error, &Names::default())),
            }
        }
    }

    /// The imports of a file that exist.
    fn imports(&mut self, file: &File) -> Vec<String> {
        let mut found = Vec::new();
        for (index, import) in (0..).zip(&file.file_descriptor_proto().dependency) {
            match self.resolver.open_file(import) {
                Err(error) if error.is_file_not_found() => self.problems.push(missing(file, index, import)),
                _ => found.push(import.clone()),
            }
        }
        found
    }
}

fn missing(file: &File, index: i32, import: &str) -> Problem {
    let message = format!("import '{import}' not found");
    let help = Names::default().help(&message);
    Problem {
        position: position(file.file_descriptor_proto(), &[DEPENDENCY, index]),
        ..Problem::uncoded(message.replace('\'', "`"), help)
    }
}
