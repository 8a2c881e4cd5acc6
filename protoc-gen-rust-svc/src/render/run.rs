//! The mark of a run, which stands in the root of what it writes.
//!
//! buf may start the plugin once for each directory (`strategy: directory`, its default) and put the answers together.
//! Of two files with the same name it drops one, and only warns. The mark names the run. What buf is answered asks it to
//! insert nothing at the mark of this very run: if the root that stayed is that of another run, buf fails, and shows
//! the mark, which says what to do.

use super::{Files, seal::checksum};
use crate::model::Model;

/// The file that the mark stands in.
pub const ROOT: &str = "mod.rs";

const START: &str = "@@protoc_insertion_point(";

/// The line with the mark.
pub(super) fn line(model: &Model) -> String {
    let files: String =
        model.packages.iter().flat_map(|package| &package.files).map(|file| format!("{file}\n")).collect();
    let run = checksum(&files);
    format!(
        "// {START}write `strategy: all` for this plugin in buf.gen.yaml, because one run makes all of this: here, run {run})\n"
    )
}

/// The name of the mark in the root, as a point where something may be inserted.
pub fn mark(files: &Files) -> Option<&str> {
    let (_, behind) = files.get(ROOT)?.split_once(START)?;
    behind.split_once(')').map(|(name, _)| name)
}
