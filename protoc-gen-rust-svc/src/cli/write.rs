//! Files to disk.

use std::{fs, path::Path};

use super::Failure;
use crate::render::Files;

/// Writes files below a directory, and leaves alone those that have the content already, so that nothing is built again.
pub(super) fn write(directory: &Path, files: &Files) -> Result<(), Failure> {
    for (name, content) in files {
        let path = directory.join(name);
        write_file(&path, content).map_err(|error| format!("{}: error: {error}", path.display()))?;
    }
    Ok(())
}

fn write_file(path: &Path, content: &str) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|existing| existing == content.as_bytes()) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)
}
