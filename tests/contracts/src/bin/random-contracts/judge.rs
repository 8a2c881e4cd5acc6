//! Checks whether protoc and the plugin accept a contract.

use std::{
    any::Any,
    collections::BTreeSet,
    error::Error,
    fs, panic,
    path::{Path, PathBuf},
    process::Command,
};

use harness::roundtrip::Tree;
use protoc_gen_rust_svc::{
    diagnostics::Diagnostics, generate, lower::Lowered, lowered, model::Model, options::Options, read::Input,
    render::Files,
};

use crate::readers::differ;

/// The verdict on a contract.
pub(crate) enum Verdict {
    /// It is generated. Contains comments for the build script.
    Good(Vec<&'static str>),
    /// It is not generated. Contains [`ILLEGAL`], [`REFUSED`] or [`FAULT`], and the errors.
    Bad(&'static str, String),
}

/// protoc rejects it.
pub(crate) const ILLEGAL: &str = "illegal";

/// The plugin rejects it.
pub(crate) const REFUSED: &str = "refused";

/// The plugin fails, or its output depends on the compiler.
pub(crate) const FAULT: &str = "fault";

/// Generates the files of a folder with these options, and judges the result.
pub(crate) fn judge(folder: &Path, files: &[String], options: &[&str]) -> Result<Verdict, Box<dyn Error>> {
    let set = folder.with_extension("binpb");
    if let Some(error) = compile(folder, files, &set)? {
        return Ok(Verdict::Bad(ILLEGAL, error));
    }
    let bytes = fs::read(&set)?;
    fs::remove_file(&set)?;
    let mut notes = BTreeSet::new();
    for types in ["domain", "proto"] {
        let options = [options, &[&format!("types={types}"), "allow=all"]].concat().join(",");
        let input = Input::from_descriptor_set(&bytes, files.to_vec())?;
        match panic::catch_unwind(|| generated(&input, &options)) {
            Ok(Ok((lowered, printed))) => {
                if let Some(file) = differ(folder, files, &options, &printed) {
                    return Ok(Verdict::Bad(FAULT, format!("types={types}: to the built-in reader {file}")));
                }
                notes.extend(notes_of(lowered));
            }
            Ok(Err(verdict)) => return Ok(verdict),
            Err(panic) => return Ok(Verdict::Bad(FAULT, format!("types={types}: {}", said(&*panic)))),
        }
    }
    Ok(Verdict::Good(notes.into_iter().collect()))
}

/// Compiles files with protoc. Returns its errors, if there are any.
fn compile(folder: &Path, files: &[String], set: &Path) -> Result<Option<String>, Box<dyn Error>> {
    let output = Command::new(protoc_bin_vendored::protoc_bin_path()?)
        .args(["--include_imports", "--include_source_info"])
        .arg(format!("--proto_path={}", folder.display()))
        .arg(format!("--proto_path={}", protoc_bin_vendored::include_path()?.display()))
        .arg(format!("--proto_path={}", protos().display()))
        .arg(format!("--descriptor_set_out={}", set.display()))
        .args(files)
        .output()?;
    Ok((!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned()))
}

/// The contracts of this repository that others import.
fn protos() -> PathBuf {
    harness::repository().join("proto")
}

fn generated(input: &Input, options: &str) -> Result<(Lowered, Files), Verdict> {
    let mut diagnostics = Diagnostics::default();
    let mut options = Options::parse(options, &mut diagnostics);
    options.include_imports = true;
    let files = generate(input, &options, &mut diagnostics).map_err(|error| Verdict::Bad(FAULT, error.to_string()))?;
    if diagnostics.has_errors() || files.is_empty() {
        return Err(Verdict::Bad(REFUSED, diagnostics.errors()));
    }
    let lowered =
        lowered(input, &options, &mut diagnostics).ok_or_else(|| Verdict::Bad(REFUSED, diagnostics.errors()))?;
    Ok((lowered, files))
}

/// Comments for the build script.
fn notes_of(lowered: Lowered) -> impl Iterator<Item = &'static str> {
    let is_read = is_read_by_others(lowered.descriptor_sets.concat());
    no_default(&lowered.model).into_iter().chain((!is_read).then_some("// not: read by others"))
}

/// Whether prost-reflect, with which round trips are compared, accepts the descriptors. It may panic.
fn is_read_by_others(descriptors: Vec<u8>) -> bool {
    panic::catch_unwind(|| Tree::new("no types", descriptors.leak()).check()).is_ok_and(|checked| checked.is_ok())
}

/// The message of a panic.
fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic")
}

/// A comment if a message has no default, which the tests of calls send.
fn no_default(model: &Model) -> Option<&'static str> {
    let methods = model.packages.iter().flat_map(|package| &package.services).flat_map(|service| &service.methods);
    let mut spoken = methods.flat_map(|method| [&method.request_name, &method.response_name]);
    let lacks = |name: &String| model.message(name).is_some_and(|message| !message.has_default);
    spoken.any(lacks).then_some("// not: called with plain types")
}
