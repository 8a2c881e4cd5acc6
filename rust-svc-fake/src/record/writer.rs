//! The file that receives recorded scripts.

use std::{
    fs::OpenOptions,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use serde_json::Value;

use crate::script;

/// Adds scripts to a file, and counts what has drifted from the contract.
#[derive(Clone, Debug)]
pub(super) struct ScriptWriter(Arc<WriterState>);

#[derive(Debug)]
struct WriterState {
    path: PathBuf,
    problems: AtomicUsize,
}

impl ScriptWriter {
    /// Creates the file, unless it exists.
    pub(super) fn new(path: &Path) -> Result<Self, String> {
        let writer = Self(Arc::new(WriterState { path: path.to_owned(), problems: AtomicUsize::new(0) }));
        writer.append("").map(|()| writer)
    }

    /// Adds a script.
    pub(super) fn write(&self, script: &Value) {
        let list = Value::Array(vec![script.clone()]);
        if let Err(error) = self.append(&script::print(&list, 0)) {
            self.report(&error);
        }
    }

    /// Prints a problem, so that the run fails.
    pub(super) fn report(&self, text: &str) {
        eprintln!("error: {text}");
        self.0.problems.fetch_add(1, Ordering::Relaxed);
    }

    /// Returns the number of problems.
    pub(super) fn problems(&self) -> usize {
        self.0.problems.load(Ordering::Relaxed)
    }

    fn append(&self, text: &str) -> Result<(), String> {
        let path = &self.0.path;
        let file = OpenOptions::new().create(true).append(true).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|error| format!("{}: {error}", path.display()))
    }
}
