//! Files of any syntax: protoc compiles those of an edition, if it is installed, and the built-in compiler all others.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{
    CompileError,
    compiler::{compile_at_built_in, compile_built_in, compile_texts_built_in},
    files::{BUILT_IN, Revision, import_names},
};
use crate::{
    diagnostics::{Position, Problem},
    read::{Input, SourceFolders},
};

/// Compiles files and their imports, found in the given directories.
pub fn compile(proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Input, CompileError> {
    let compiled = compile_built_in(proto_paths, files);
    match protoc_for(&compiled) {
        Some(protoc) => compile_with_protoc(&protoc, proto_paths, files),
        None => compiled,
    }
}

/// Compiles files by import name. Texts, by their import names, take precedence over the files in the given directories.
pub fn compile_texts(
    texts: &BTreeMap<String, String>,
    proto_paths: &[PathBuf],
    names: Vec<String>,
) -> Result<Input, CompileError> {
    let compiled = compile_texts_built_in(texts, proto_paths, names.clone());
    match protoc_for(&compiled) {
        Some(protoc) => compile_texts_with_protoc(&protoc, texts, proto_paths, &names),
        None => compiled,
    }
}

/// Compiles files of a git revision, by import name: with a named protoc, or as any other files.
pub fn compile_at(
    revision: &Revision,
    protoc: Option<&Path>,
    proto_paths: &[PathBuf],
    names: Vec<String>,
) -> Result<Input, CompileError> {
    if let Some(protoc) = protoc {
        return compile_at_with_protoc(protoc, revision, proto_paths, names);
    }
    let compiled = compile_at_built_in(revision, proto_paths, names.clone());
    match protoc_for(&compiled) {
        Some(protoc) => compile_at_with_protoc(&protoc, revision, proto_paths, names),
        None => compiled,
    }
}

/// Returns the installed protoc if a file of an edition needs it.
fn protoc_for(compiled: &Result<Input, CompileError>) -> Option<PathBuf> {
    let error = compiled.as_ref().err()?;
    error.edition().and_then(|_| installed_protoc())
}

/// Returns the protoc in PROTOC, or the one on the path.
pub(crate) fn installed_protoc() -> Option<PathBuf> {
    let named = std::env::var_os("PROTOC").filter(|path| !path.is_empty()).map(PathBuf::from);
    let name = format!("protoc{}", std::env::consts::EXE_SUFFIX);
    let on_path = || {
        let folders = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&folders).map(|folder| folder.join(&name)).find(|path| path.is_file())
    };
    named.or_else(on_path)
}

/// Compiles texts and files with protoc, by import name. Texts take precedence over the files in the given directories.
fn compile_texts_with_protoc(
    protoc: &Path,
    texts: &BTreeMap<String, String>,
    proto_paths: &[PathBuf],
    names: &[String],
) -> Result<Input, CompileError> {
    let scratch = Scratch::new(texts.iter().map(|(name, text)| (name.as_str(), text.as_str()))).map_err(no_scratch)?;
    let directories = [std::slice::from_ref(&scratch.0), proto_paths].concat();
    compile_names(protoc, &directories, names.to_vec())
}

/// Compiles files of a git revision with protoc. Files outside the repository are read as they are.
fn compile_at_with_protoc(
    protoc: &Path,
    revision: &Revision,
    proto_paths: &[PathBuf],
    names: Vec<String>,
) -> Result<Input, CompileError> {
    let (scratch, mut directories) = (Scratch::new(std::iter::empty()).map_err(no_scratch)?, Vec::new());
    for (index, now) in proto_paths.iter().enumerate() {
        let old = scratch.0.join(index.to_string());
        revision.write_files(now, &old).map_err(|error| CompileError::new(vec![error.problem().clone()]))?;
        directories.extend([old, now.clone()]);
    }
    directories.retain(|folder| folder.is_dir());
    if names.is_empty() { Ok(Input::default()) } else { compile_names(protoc, &directories, names) }
}

/// Compiles files and their imports with protoc.
pub fn compile_with_protoc(protoc: &Path, proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Input, CompileError> {
    compile_names(protoc, proto_paths, import_names(proto_paths, files)?)
}

/// Compiles files with protoc, by import name.
fn compile_names(protoc: &Path, proto_paths: &[PathBuf], names: Vec<String>) -> Result<Input, CompileError> {
    let folder = Scratch::new(BUILT_IN.iter().copied()).map_err(no_scratch)?;
    let set = folder.0.join("set.binpb");
    let mut command = Command::new(program(protoc));
    let folders: Vec<_> = proto_paths.iter().chain([&folder.0]).map(|path| absolute(path)).collect();
    folders.iter().for_each(|path| {
        command.arg("-I").arg(path);
    });
    // In another folder, protoc would take a name for the path of a file.
    let empty = folder.0.join("empty");
    fs::create_dir(&empty).map_err(no_scratch)?;
    command.current_dir(&empty);
    command.args(["--include_imports", "--include_source_info"]).arg(format!("--descriptor_set_out={}", set.display()));
    let output = command.args(&names).output().map_err(|error| cannot_start(protoc, &error))?;
    if !output.status.success() {
        return Err(failed(protoc, &output, &folders));
    }
    let bytes = fs::read(&set).map_err(|_| not_protoc(protoc, "it wrote no descriptors"))?;
    let mut input =
        Input::from_descriptor_set(&bytes, names).map_err(|error| CompileError::of(error.to_string(), ""))?;
    input.find_texts(&SourceFolders::new(proto_paths.to_vec()));
    Ok(input)
}

/// The path of a program for any folder. One without a folder is looked up on the path.
fn program(path: &Path) -> PathBuf {
    if path.components().count() > 1 { absolute(path) } else { path.to_owned() }
}

fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

fn no_scratch(error: io::Error) -> CompileError {
    CompileError::of(format!("cannot write a temporary folder: {error}"), "")
}

fn cannot_start(protoc: &Path, error: &io::Error) -> CompileError {
    let message = format!("cannot start {}: {error}", protoc.display());
    CompileError::of(message, "install protoc, or name it with --protoc=PATH or PROTOC")
}

/// The errors of a run that failed.
fn failed(protoc: &Path, output: &Output, proto_paths: &[PathBuf]) -> CompileError {
    let problems = problems(&String::from_utf8_lossy(&output.stderr), proto_paths);
    match problems.is_empty() {
        true => not_protoc(protoc, &format!("{}, without an error", output.status)),
        false => CompileError::new(problems),
    }
}

/// The error of a program that does not act as protoc.
fn not_protoc(protoc: &Path, what: &str) -> CompileError {
    let message = format!("cannot compile with {}: {what}", protoc.display());
    CompileError::of(message, "check that it is protoc, or name another one with --protoc=PATH or PROTOC")
}

/// The errors that protoc prints, one per line: `path:line:column: message`.
fn problems(text: &str, proto_paths: &[PathBuf]) -> Vec<Problem> {
    let is_error = |line: &&str| !line.contains(": warning: ");
    text.lines().filter(is_error).map(|line| problem(line, proto_paths)).collect()
}

fn problem(line: &str, proto_paths: &[PathBuf]) -> Problem {
    let mut parts = line.splitn(4, ':');
    let (path, at, column, message) = (parts.next(), parts.next(), parts.next(), parts.next());
    let number = |part: Option<&str>| part.and_then(|part| part.trim().parse().ok());
    let (Some(path), Some(at), Some(column), Some(message)) = (path, number(at), number(column), message) else {
        return Problem::uncoded(line.to_owned(), "");
    };
    let file = Path::new(path);
    let name = proto_paths.iter().find_map(|folder| file.strip_prefix(folder).ok()).unwrap_or(file);
    let position = Position { file: name.display().to_string(), line: at, column };
    Problem { position, ..Problem::uncoded(message.trim().to_owned(), "") }
}

/// A temporary folder with some files.
struct Scratch(PathBuf);

impl Scratch {
    fn new<'a>(files: impl Iterator<Item = (&'a str, &'a str)>) -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("protoc-gen-rust-svc-{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        let scratch = Self(folder);
        for (name, text) in files {
            let path = scratch.0.join(name);
            fs::create_dir_all(path.parent().unwrap_or(&scratch.0))?;
            fs::write(path, text)?;
        }
        Ok(scratch)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A leftover folder does no harm.
        let _ = fs::remove_dir_all(&self.0);
    }
}
