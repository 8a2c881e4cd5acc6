//! Parses files and their imports, to report the errors of all of them.

use std::collections::BTreeMap;

use protox::file::{ChainFileResolver, File, FileResolver as _};

use super::{
    CompileError,
    located::problems,
    names::Names,
    paths::{FILE_DEPENDENCY, index, position},
};
use crate::diagnostics::Problem;

/// Parsed files, by import name.
pub(super) struct Parsed(BTreeMap<String, File>);

impl Parsed {
    /// Parses files and their imports. Fails with the errors of all of them.
    pub(super) fn new(resolver: &ChainFileResolver, names: &[String]) -> Result<Self, CompileError> {
        let mut walk = Walk { resolver, files: BTreeMap::new(), problems: Vec::new() };
        names.iter().for_each(|name| walk.open(name));
        if walk.problems.is_empty() { Ok(Self(walk.files)) } else { Err(CompileError::new(walk.problems)) }
    }

    pub(super) fn get(&self, name: &str) -> Option<&File> {
        self.0.get(name)
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

/// A file to open.
struct Request {
    name: String,
    /// The file that imports it, and the number of the import.
    import: Option<(String, i32)>,
}

struct Walk<'a> {
    resolver: &'a ChainFileResolver,
    files: BTreeMap<String, File>,
    problems: Vec<Problem>,
}

impl Walk<'_> {
    fn open(&mut self, name: &str) {
        let mut todo = vec![Request { name: name.to_owned(), import: None }];
        while let Some(request) = todo.pop() {
            if self.files.contains_key(&request.name) {
                continue;
            }
            match self.resolver.open_file(&request.name) {
                Ok(file) => {
                    todo.extend(imports(&file));
                    self.twice(&file);
                    self.files.insert(request.name, file);
                }
                Err(error) => self.failed(&request, &error),
            }
        }
    }

    /// Reports a file that cannot be read where it is imported, and other errors where they are.
    fn failed(&mut self, request: &Request, error: &protox::Error) {
        let importer = request.import.as_ref().and_then(|(file, index)| Some((self.files.get(file)?, *index)));
        let is_about_contents = error.is_parse() || error.to_string().contains("UTF-8");
        match importer.filter(|_| !is_about_contents) {
            Some((file, index)) => self.problems.push(missing(file, index, &request.name, error)),
            None => self.problems.extend(problems(error, &Names::default())),
        }
    }

    /// Reports imports that a file repeats.
    fn twice(&mut self, file: &File) {
        let imports = &file.file_descriptor_proto().dependency;
        for (number, import) in imports.iter().enumerate() {
            if imports[..number].contains(import) {
                let message = format!("import `{import}` is repeated");
                let position = position(file.file_descriptor_proto(), &[FILE_DEPENDENCY, index(number)]);
                self.problems.push(Problem { position, ..Problem::uncoded(message, "remove it") });
            }
        }
    }
}

fn imports(file: &File) -> Vec<Request> {
    let name = |import: &String| import.clone();
    let importer = file.name().to_owned();
    let imports = file.file_descriptor_proto().dependency.iter().enumerate();
    imports
        .map(|(number, import)| Request { name: name(import), import: Some((importer.clone(), index(number))) })
        .collect()
}

/// An import that cannot be read.
fn missing(file: &File, index: i32, import: &str, error: &protox::Error) -> Problem {
    let position = position(file.file_descriptor_proto(), &[FILE_DEPENDENCY, index]);
    let message = format!("import '{import}' not found");
    let help = Names::default().help(&message);
    if error.is_file_not_found() {
        return Problem { position, ..Problem::uncoded(message.replace('\'', "`"), help) };
    }
    let text = format!("{error:?}");
    let reason = text.rsplit(": ").next().unwrap_or_default().to_owned();
    let message = format!("cannot read import `{}`: {reason}", import.escape_default());
    Problem { position, ..Problem::uncoded(message, "import a file that can be read") }
}
