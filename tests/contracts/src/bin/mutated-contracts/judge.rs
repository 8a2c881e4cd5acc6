//! Compiles a mutant with both compilers, and compares what they do.

use std::{
    any::Any,
    error::Error,
    fs, panic,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use protoc_gen_rust_svc::{
    diagnostics::{Diagnostics, Problem},
    lowered,
    options::Options,
    read::{Canonical, Input, compile::compile},
};

use tempfile::NamedTempFile;

use crate::{contracts::Original, differences::Difference};

/// The maximum duration of the built-in reader.
const LONGEST: Duration = Duration::from_secs(10);

/// How the compilers judge a mutant.
pub(crate) enum Judgement {
    /// Both accept it, with equal descriptors.
    Accepted,
    /// Both reject it.
    Refused,
    /// They differ.
    Differs(Difference),
    /// The built-in reader fails, or has an error without a position.
    Fault(String),
}

/// Compiles the mutant of a contract in a folder.
pub(crate) fn judge(folder: &Path, original: &Original) -> Result<Judgement, Box<dyn Error>> {
    let protoc = by_protoc(folder, original)?;
    let begin = Instant::now();
    let reader = match panic::catch_unwind(|| by_reader(folder, original)) {
        Ok(reader) => reader,
        Err(panic) => return Ok(Judgement::Fault(format!("panic: {}", said(&*panic)))),
    };
    if begin.elapsed() > LONGEST {
        return Ok(Judgement::Fault("the reader takes too long".to_owned()));
    }
    Ok(match (protoc, reader) {
        (_, Err(problems)) if problems.iter().any(has_no_position) => Judgement::Fault(without_position(&problems)),
        (Err(_), Err(_)) => Judgement::Refused,
        (Ok(_), Err(problems)) => differs("protoc", problems.iter().map(|problem| &problem.message)),
        (Err(errors), Ok(_)) => differs("reader", errors.lines().filter(|line| !line.contains(": warning: "))),
        (Ok(set), Ok(input)) => compare(&Input::from_descriptor_set(&set, vec![original.name.clone()])?, &input),
    })
}

fn differs<T: ToString>(accepts: &'static str, errors: impl Iterator<Item = T>) -> Judgement {
    let text = errors.map(|error| error.to_string()).collect::<Vec<_>>().join("; ");
    Judgement::Differs(Difference { accepts, text })
}

/// The message of a panic.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or_default()
}

/// The include paths: the mutant before its siblings, and the files of this repository.
fn include_paths(folder: &Path, original: &Original) -> Vec<PathBuf> {
    vec![folder.to_owned(), original.root.clone(), harness::repository().join("proto")]
}

/// A descriptor set, or errors.
pub(crate) fn by_protoc(folder: &Path, original: &Original) -> Result<Result<Vec<u8>, String>, Box<dyn Error>> {
    let set = NamedTempFile::new()?;
    let mut command = Command::new(protoc_bin_vendored::protoc_bin_path()?);
    let include = protoc_bin_vendored::include_path()?;
    for path in include_paths(folder, original).iter().chain([&include]) {
        command.arg(format!("--proto_path={}", path.display()));
    }
    command.arg("--include_imports").arg(format!("--descriptor_set_out={}", set.path().display())).arg(&original.name);
    let output = command.output()?;
    if output.status.success() {
        return Ok(Ok(fs::read(set.path())?));
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    Ok(Err(text.replace(&format!("{}/", folder.display()), "")))
}

fn by_reader(folder: &Path, original: &Original) -> Result<Input, Vec<Problem>> {
    compile(&include_paths(folder, original), &[PathBuf::from(&original.name)])
        .map_err(|error| error.problems().to_vec())
}

fn has_no_position(problem: &Problem) -> bool {
    problem.position.file.is_empty() || problem.position.line == 0 || problem.position.column == 0
}

fn without_position(problems: &[Problem]) -> String {
    let problem = problems.iter().find(|problem| has_no_position(problem));
    format!("no position: {}", problem.map(ToString::to_string).unwrap_or_default())
}

/// Compares descriptors, and looks for diagnostics of the generator without a position.
fn compare(protoc: &Input, reader: &Input) -> Judgement {
    let (ours, theirs) = (Canonical::new(reader), Canonical::new(protoc));
    for file in &protoc.files {
        let name = &file.descriptor.name;
        let Some(other) = reader.files.iter().find(|other| other.descriptor.name == *name) else {
            return differs("both", [format!("{name} is missing")].iter());
        };
        if theirs.file(name, &file.bytes) != ours.file(name, &other.bytes) {
            return differs(
                "both",
                [first_difference(&format!("{:#?}", file.descriptor), &format!("{:#?}", other.descriptor))].iter(),
            );
        }
    }
    diagnosed(reader)
}

fn first_difference(theirs: &str, ours: &str) -> String {
    let lines = theirs.lines().zip(ours.lines()).find(|(one, other)| one != other);
    lines.map_or_else(
        || "the descriptors differ in options".to_owned(),
        |(one, other)| format!("protoc has {}, the reader {}", one.trim(), other.trim()),
    )
}

fn diagnosed(input: &Input) -> Judgement {
    let mut diagnostics = Diagnostics::default();
    let options = Options::parse("", &mut diagnostics);
    lowered(input, &options, &mut diagnostics);
    match diagnostics.all().iter().find(|found| found.position().line == 0) {
        Some(found) => Judgement::Fault(format!("no position: {found}")),
        None => Judgement::Accepted,
    }
}
