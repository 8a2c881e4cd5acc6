//! The insertion point that identifies a run.
//!
//! buf starts the plugin once per directory by default (`strategy: directory`) and merges the responses. Of two files
//! with one name it keeps the first and only warns. So the response for buf inserts nothing at a point that names this
//! run: if the root that buf kept is from another run, buf fails and shows the name, which says what to do.

use crate::{model::Model, render::checksum::checksum};

/// The file with the insertion point.
pub const ROOT: &str = "mod.rs";

const START: &str = "@@protoc_insertion_point(";

/// Returns the comment that declares the insertion point.
pub(super) fn comment(model: &Model) -> String {
    let files = model.packages.iter().flat_map(|package| &package.files);
    let run = checksum(&files.map(|file| format!("{file}\n")).collect::<String>());
    format!(" {START}write `strategy: all` in buf.gen.yaml; this is run {run})")
}

/// Returns the name of the insertion point in the text of the root.
pub fn insertion_point(root: &str) -> Option<&str> {
    let (_, rest) = root.split_once(START)?;
    rest.split_once(')').map(|(name, _)| name)
}
