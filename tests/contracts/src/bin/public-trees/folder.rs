//! Generates a folder of `.proto` files, and searches the output for lost comments.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use harness::comments;
use protoc_gen_rust_svc::{
    diagnostics::Diagnostics,
    options::Options,
    read::Input,
    render::{self, Files, Unprintable},
};

use crate::read::read;

/// The reason for a file whose import does not exist.
const NO_IMPORT: &str = "imports-nothing";
/// The reason for a file that imports a rejected one.
const IMPORT: &str = "imports-refused";

/// The files of a folder, which become a crate.
pub(crate) struct Folder {
    pub(crate) path: PathBuf,
    /// The import names of the files.
    pub(crate) files: Vec<String>,
}

/// The result of generating files.
#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) folders: BTreeSet<PathBuf>,
    pub(crate) files: usize,
    /// The reasons why each file is rejected: codes of diagnostics.
    pub(crate) refused: BTreeMap<String, Vec<String>>,
    /// The diagnostics as text.
    pub(crate) explanations: Vec<String>,
    pub(crate) comments: usize,
    pub(crate) lost: Vec<String>,
    pub(crate) printed: Files,
}

impl Outcome {
    /// Adds the counts, reasons and comments of another outcome, but not its files.
    pub(crate) fn add(&mut self, other: Self) {
        self.folders.extend(other.folders);
        self.files += other.files;
        self.refused.extend(other.refused);
        self.explanations.extend(other.explanations);
        self.comments += other.comments;
        self.lost.extend(other.lost);
    }
}

impl Folder {
    /// Generates the valid files. Records the reasons why the others are rejected.
    pub(crate) fn generate(&self, imports: &[PathBuf], options: &str) -> Result<Outcome, Unprintable> {
        let mut outcome =
            Outcome { folders: [self.path.clone()].into(), files: self.files.len(), ..Outcome::default() };
        loop {
            let files: Vec<_> =
                self.files.iter().filter(|file| !outcome.refused.contains_key(*file)).cloned().collect();
            if files.is_empty() {
                return Ok(outcome);
            }
            match read(imports, &files) {
                Ok(input) => match generate(&input, options, &mut outcome)? {
                    Ok(()) => return Ok(outcome),
                    Err(errors) => {
                        outcome.refuse(&files, &errors);
                        outcome.refuse_importers(&files, &input);
                    }
                },
                Err(error) => outcome.refuse(&files, &error),
            }
        }
    }
}

impl Outcome {
    /// Removes files with errors, or all files if the errors name none.
    fn refuse(&mut self, files: &[String], errors: &str) {
        let named: Vec<_> = files.iter().filter(|file| !reasons(file, errors).is_empty()).collect();
        for file in &named {
            self.refused.insert((*file).clone(), reasons(file, errors));
        }
        if named.is_empty() {
            self.refused.extend(files.iter().map(|file| (file.clone(), vec!["unknown".to_owned()])));
            self.explanations.push(errors.to_owned());
        }
    }
}

impl Outcome {
    /// Removes files that import a removed one, because it would be generated with them.
    fn refuse_importers(&mut self, files: &[String], input: &Input) {
        let mut gone: BTreeSet<_> = self.refused.keys().cloned().collect();
        // Each file comes after its imports.
        for file in input.files.iter().map(|file| &file.descriptor) {
            if file.dependency.iter().any(|import| gone.contains(import)) {
                gone.insert(file.name.clone());
            }
        }
        for file in files.iter().filter(|file| gone.contains(*file)) {
            self.refused.entry(file.clone()).or_insert_with(|| vec![IMPORT.to_owned()]);
        }
    }
}

/// The codes of the diagnostics for a file. Errors of compilers have no code.
fn reasons(file: &str, errors: &str) -> Vec<String> {
    let of_file = |line: &&str| line.split_once(':').is_some_and(|(place, _)| place.ends_with(file));
    let code = |line: &str| {
        let code = line.split_once("error[").and_then(|(_, rest)| rest.split_once(']')).map(|(code, _)| code);
        let is_import = line.contains("was not found or had errors") || line.contains("File not found");
        code.or(is_import.then_some(NO_IMPORT)).map(ToOwned::to_owned)
    };
    let codes: BTreeSet<_> = errors.lines().filter(of_file).filter_map(code).collect();
    codes.into_iter().collect()
}

/// Generates files, and searches for their comments. The inner error is the diagnostics.
fn generate(input: &Input, options: &str, outcome: &mut Outcome) -> Result<Result<(), String>, Unprintable> {
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse(&format!("include_imports=true,{options}"), &mut diagnostics);
    let Some(mut lowered) = protoc_gen_rust_svc::lowered(input, &options, &mut diagnostics) else {
        return Ok(Err(diagnostics.errors()));
    };
    outcome.printed = render::render(&mut lowered, &options)?;
    let comments = comments::comments(input, &lowered.model, &outcome.printed);
    outcome.comments = comments.found;
    outcome.lost = comments.lost;
    Ok(Ok(()))
}
