//! `protoc-gen-rust-svc diff`: reports what a change of the contract breaks.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use clap::{Args, ValueEnum};

use super::{
    format::{Format, Reported},
    input::{InputArgs, InputSource, descriptors},
    output::{Failure, print_output},
};
use crate::{
    build,
    diagnostics::{Diagnostics, Position, Problem},
    diff::{Change, Effect, diff, json, report, summary},
    model::Model,
    options::Options,
    read::{
        Input,
        compile::{CompileError, GitError, NO_EDITIONS, Revision, compile_at},
    },
};

/// The contracts to compare.
#[derive(Args, Debug)]
pub(super) struct DiffArgs {
    /// The old contract: a git revision, such as main or HEAD~1, or a descriptor set
    #[arg(long, value_name = "REVISION|FILE")]
    against: String,

    /// Effects that may be breaking
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    allow: Vec<Allowed>,

    #[command(flatten)]
    source: InputArgs,
}

/// Two contracts, and what may differ.
struct Comparison {
    against: String,
    allow: Vec<Allowed>,
    source: InputSource,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Allowed {
    /// Code that uses generated code
    Rust,
    /// gRPC peers with the other version
    Wire,
    /// Callers over HTTP and JSON
    Http,
}

impl DiffArgs {
    pub(super) fn run(self) -> Result<(), Failure> {
        let format = self.source.format;
        self.compare().map_err(|failure| format.failure(failure))
    }

    fn compare(self) -> Result<(), Failure> {
        let source = self.source.with_file(Path::new(""))?;
        Comparison { against: self.against, allow: self.allow, source }.run()
    }
}

impl Comparison {
    fn run(self) -> Result<(), Failure> {
        let failed = |failure| self.with_editions_help(failure);
        let after = self.source.input().map_err(failed)?;
        let before = self.before(&after).map_err(failed)?;
        let (new, options) = self.model(&after, "")?;
        let (old, _) = self.model(&before, &format!("{}: the old contract is not valid\n", self.against))?;
        let mut diagnostics = Diagnostics::default();
        let changes = diff(&old, &new, options.types, &mut diagnostics);
        match self.source.format {
            Format::Text => print_output(report(&changes, &self.against))?,
            Format::Json => changes.iter().try_for_each(|change| print_output(json(change)))?,
        }
        diagnostics.level(&options.lints);
        self.source.format.diagnostics(&diagnostics)?;
        self.finish(&changes, diagnostics.has_errors())
    }

    fn finish(&self, changes: &[Change], is_denied: bool) -> Result<(), Failure> {
        let summary = summary(changes, &self.against);
        let fails = is_denied || changes.iter().any(|change| self.fails(change));
        match (fails, self.source.format) {
            (true, Format::Json) => Err(Reported.into()),
            (true, Format::Text) => Err(summary.into()),
            (false, Format::Json) => Ok(()),
            (false, Format::Text) => print_output(format_args!("{summary}\n")),
        }
    }

    fn fails(&self, change: &Change) -> bool {
        [(change.rust, Allowed::Rust), (change.wire, Allowed::Wire), (change.http, Allowed::Http)]
            .into_iter()
            .any(|(effect, what)| effect == Effect::Breaking && !self.allow.contains(&what))
    }

    fn model(&self, input: &Input, context: &str) -> Result<(Model, Options), Failure> {
        let mut diagnostics = Diagnostics::default();
        let lowered = build::lowered(input, self.source.options(), &mut diagnostics);
        match (lowered, self.source.format) {
            (Some(lowered), _) => Ok(lowered),
            (None, Format::Text) => Err(format!("{context}{}", diagnostics.errors()).into()),
            (None, format) => {
                Err(format.diagnostics(&diagnostics).map_or_else(|failure| failure, |()| Reported.into()))
            }
        }
    }

    /// Reads the old contract: the requested files, and removed files beside them.
    fn before(&self, after: &Input) -> Result<Input, Failure> {
        let set = Path::new(&self.against);
        if set.is_file() {
            return before_in_set(set, after);
        }
        if !self.source.reads_files() {
            let position = Position { file: self.against.clone(), ..Position::default() };
            let help = "compare a --descriptor-set with another descriptor set; for a revision,";
            let help = format!("{help} {} writes one", self.old_set());
            return Err(Problem::new("", &position, "no such file".to_owned(), help).into());
        }
        let directories = self.source.directories();
        let revisions = directories.iter().map(|directory| Revision::find(&self.against, directory));
        let revision = first_found(revisions)?;
        let mut names = Vec::new();
        // Other directories hold only imports.
        let holds_some = |directory: &&PathBuf| after.generate.iter().any(|name| directory.join(name).is_file());
        let protoc = self.source.protoc();
        for directory in directories.iter().filter(holds_some) {
            names.extend(revision.names(directory)?);
        }
        let is_there = |name: &str| directories.iter().any(|directory| directory.join(name).is_file());
        Ok(compile_at(&revision, protoc.as_deref(), &directories, choose_files(names, after, is_there))?)
    }
}

impl Comparison {
    /// Suggests descriptor sets for files of an edition.
    fn with_editions_help(&self, failure: Failure) -> Failure {
        let Some(problem) = failure.downcast_ref().and_then(CompileError::edition) else { return failure };
        let help = "install protoc, or name it in PROTOC; or compare descriptor sets, --against before.binpb --descriptor-set \
                    after.binpb, which";
        let help = format!("{help} {} and `buf build --output after.binpb` write", self.old_set());
        Problem::new("", &problem.position, NO_EDITIONS.to_owned(), help).into()
    }

    /// The command that writes the descriptors of the revision.
    fn old_set(&self) -> String {
        format!("`buf build '.git#ref={}' --output before.binpb`", self.against)
    }
}

/// Finds the revision in any of the directories. Some may be outside the repository.
fn first_found(revisions: impl Iterator<Item = Result<Revision, GitError>>) -> Result<Revision, GitError> {
    let (found, failed): (Vec<_>, Vec<_>) = revisions.partition(Result::is_ok);
    found.into_iter().chain(failed).next().unwrap_or_else(|| Revision::find("HEAD", Path::new(".")))
}

fn before_in_set(set: &Path, after: &Input) -> Result<Input, Failure> {
    let mut before = descriptors(set, Vec::new())?;
    let there: HashSet<_> = after.files.iter().map(|file| file.descriptor.name.as_str()).collect();
    let is_there = |name: &str| there.contains(name);
    before.generate = choose_files(std::mem::take(&mut before.generate), after, is_there);
    Ok(before)
}

/// Chooses the requested files, and removed files below their common folder.
fn choose_files(names: Vec<String>, after: &Input, is_there: impl Fn(&str) -> bool) -> Vec<String> {
    let folder = common_folder(&after.generate);
    let requested: HashSet<_> = after.generate.iter().collect();
    let is_meant = |name: &String| requested.contains(name) || (name.starts_with(&folder) && !is_there(name));
    names.into_iter().filter(is_meant).collect()
}

/// The common folder of all files, with a trailing slash; empty if there is none.
fn common_folder(names: &[String]) -> String {
    let folder = |name: &String| name.rfind('/').map_or(String::new(), |slash| name[..=slash].to_owned());
    let common = |one: String, other: String| {
        let segments = one.split_inclusive('/').zip(other.split_inclusive('/'));
        segments.take_while(|(one, other)| one == other).map(|(one, _)| one).collect()
    };
    names.iter().map(folder).reduce(common).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::common_folder;

    #[test]
    fn common_folder_is_whole_segments() {
        let common = |names: &[&str]| common_folder(&names.iter().map(ToString::to_string).collect::<Vec<_>>());
        assert_eq!(common(&["a/v1/a.proto"]), "a/v1/");
        assert_eq!(common(&["a/v1/a.proto", "a/v2/a.proto"]), "a/");
        assert_eq!(common(&["a/v1/a.proto", "ab/v1/a.proto"]), "");
        assert_eq!(common(&["a.proto"]), "");
    }
}
