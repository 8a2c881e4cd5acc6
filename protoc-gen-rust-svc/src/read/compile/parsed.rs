//! Parses files and their imports, to report the errors of all of them.

use std::collections::{BTreeMap, BTreeSet};

use protox::file::{ChainFileResolver, File, FileResolver as _};

use super::{
    elements::{FILE_DEPENDENCY, Places, index},
    located::problems,
    names::Names,
};
use crate::diagnostics::Problem;

/// Parsed files, by import name, and the errors of those that are missing or malformed.
pub(super) struct Parsed {
    files: BTreeMap<String, File>,
    pub(super) problems: Vec<Problem>,
}

impl Parsed {
    /// Parses files and their imports.
    pub(super) fn new(resolver: &ChainFileResolver, names: &[String]) -> Self {
        let mut walk = ImportWalk { resolver, files: BTreeMap::new(), problems: Vec::new() };
        names.iter().for_each(|name| walk.open(name));
        Self { files: walk.files, problems: walk.problems }
    }

    pub(super) fn get(&self, name: &str) -> Option<&File> {
        self.files.get(name)
    }

    /// The positions of the elements of all files.
    pub(super) fn places(&self) -> BTreeMap<&str, Places<'_>> {
        self.files.iter().map(|(name, file)| (name.as_str(), Places::new(file))).collect()
    }

    /// The texts of all files.
    pub(super) fn texts(&self) -> BTreeMap<String, String> {
        let text = |(name, file): (&String, &File)| Some((name.clone(), file.source()?.to_owned()));
        self.files.iter().filter_map(text).collect()
    }

    /// The names that all files declare.
    pub(super) fn names(&self) -> Names {
        Names::new(self.files.values().map(File::file_descriptor_proto))
    }
}

/// A file to open.
struct Request {
    name: String,
    /// The file that imports it, and the number of the import.
    import: Option<(String, i32)>,
}

struct ImportWalk<'a> {
    resolver: &'a ChainFileResolver,
    files: BTreeMap<String, File>,
    problems: Vec<Problem>,
}

impl ImportWalk<'_> {
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
        let (places, mut seen) = (Places::new(file), BTreeSet::new());
        for (number, import) in file.file_descriptor_proto().dependency.iter().enumerate() {
            if !seen.insert(import) {
                let message = format!("import `{import}` is repeated");
                let position = places.position(&[FILE_DEPENDENCY, index(number)]);
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
    let position = Places::new(file).position(&[FILE_DEPENDENCY, index]);
    if error.is_file_not_found() {
        let help = Names::default().help(&format!("import '{import}' not found"), "");
        return Problem { position, ..Problem::uncoded(format!("import `{import}` not found"), help) };
    }
    let reason = error.to_string();
    let help = Names::default().help(&reason, "");
    Problem { position, ..Problem::uncoded(format!("import `{}`: {reason}", import.escape_default()), help) }
}
