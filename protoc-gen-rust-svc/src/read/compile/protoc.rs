//! `.proto` files to descriptors by protoc, which supports all of protobuf.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicU32, Ordering},
};

use super::{CompileError, compiler::import_names, sources::BUILT_IN};
use crate::{
    diagnostics::{Position, Problem},
    read::Input,
};

/// Compiles files and their imports with protoc.
pub fn compile_with_protoc(protoc: &Path, proto_paths: &[PathBuf], files: &[PathBuf]) -> Result<Input, CompileError> {
    let names = import_names(proto_paths, files)?;
    let folder =
        Scratch::new().map_err(|error| CompileError::of(format!("cannot write a temporary folder: {error}"), ""))?;
    let set = folder.0.join("set.binpb");
    let mut command = Command::new(protoc);
    for path in proto_paths.iter().chain([&folder.0]) {
        command.arg("-I").arg(path);
    }
    command.args(["--include_imports", "--include_source_info"]).arg(format!("--descriptor_set_out={}", set.display()));
    let output = command.args(&names).output().map_err(|error| cannot_start(protoc, &error))?;
    if !output.status.success() {
        return Err(CompileError::new(problems(&String::from_utf8_lossy(&output.stderr), proto_paths)));
    }
    let bytes = fs::read(&set).map_err(|error| CompileError::of(format!("{}: {error}", set.display()), ""))?;
    let mut input =
        Input::from_descriptor_set(&bytes, names).map_err(|error| CompileError::of(error.to_string(), ""))?;
    input.add_texts(|name| proto_paths.iter().find_map(|folder| fs::read_to_string(folder.join(name)).ok()));
    Ok(input)
}

fn cannot_start(protoc: &Path, error: &io::Error) -> CompileError {
    let message = format!("cannot start {}: {error}", protoc.display());
    CompileError::of(message, "install protoc, or name it with --protoc=PATH or PROTOC")
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

/// A temporary folder with the built-in files.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> io::Result<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("protoc-gen-rust-svc-{}-{number}", std::process::id()));
        fs::create_dir(&folder)?;
        let scratch = Self(folder);
        for (name, text) in BUILT_IN {
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
