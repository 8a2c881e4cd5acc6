//! Files to disk.

use std::{fs, io, path::Path};

use crate::render::Files;

/// Writes files below a directory, and leaves alone those that have the content already, so that nothing is built again.
/// The error names the file.
pub(crate) fn write(directory: &Path, files: &Files) -> io::Result<()> {
    for (name, content) in files {
        let path = directory.join(name);
        let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: error: {error}", path.display()));
        write_file(&path, content).map_err(named)?;
    }
    Ok(())
}

fn write_file(path: &Path, content: &str) -> io::Result<()> {
    if fs::read(path).is_ok_and(|existing| existing == content.as_bytes()) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, content)
}
