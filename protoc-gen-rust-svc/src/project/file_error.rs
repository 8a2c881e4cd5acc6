//! Errors of files, with the reason and what to do.

use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

use super::Failure;
use crate::options::OPTIONS_FILE;

/// Reads a text file. The error of a file that is not UTF-8 has the position of the first wrong byte.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path).map_err(|error| cannot("read", path, &error))?;
    String::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
        let line = valid.matches('\n').count() + 1;
        let column = valid.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        format!("{}:{line}:{column}: error: invalid UTF-8\n  help: save the file as UTF-8", path.display()).into()
    })
}

/// Fails unless the folder of a project exists.
pub fn check_project_folder(folder: &Path) -> Result<(), Failure> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    let help = "name the folder of a project as --project; `new` creates one";
    Err(format!("{}: error: no such folder\n  help: {help}", folder.display()).into())
}

/// Fails unless a folder has the options file of a project.
pub fn check_is_project(folder: &Path) -> Result<(), Failure> {
    check_project_folder(folder)?;
    if folder.join(OPTIONS_FILE).exists() {
        return Ok(());
    }
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let help = "change to the folder of a project, or name it as --project; `new` creates one";
    Err(format!("{}: error: no {OPTIONS_FILE}\n  help: {help}", folder.display()).into())
}

/// Describes why a file or folder cannot be read or written. `task` is what fails, such as `write`.
pub fn cannot(task: &str, path: &Path, error: &io::Error) -> Failure {
    let help = match (error.kind(), task) {
        (ErrorKind::PermissionDenied, "read") => "check the permissions of the file",
        (ErrorKind::PermissionDenied, _) => "check the permissions of its folder, or name another one",
        (ErrorKind::ReadOnlyFilesystem, _) => "name a folder on another file system",
        (ErrorKind::StorageFull | ErrorKind::QuotaExceeded, _) => "free space, or name a folder on another file system",
        (ErrorKind::NotFound, "read") => "check the name and the current folder",
        (ErrorKind::NotFound, _) => "create its folder first, or name another one",
        (ErrorKind::AlreadyExists, _) => "name another file, or remove this one",
        (ErrorKind::IsADirectory, _) => "name a file in it",
        (ErrorKind::NotADirectory, _) => "one of its folders is a file: name another one",
        _ => "check that its folder can be used, or name another one",
    };
    format!("{}: error: cannot {task}: {error}\n  help: {help}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use std::{fs, io, path::Path};

    use super::{cannot, read_text};

    #[test]
    fn errors_name_the_place_and_the_fix() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.txt");
        let error = |path: &Path| read_text(path).expect_err("unreadable").to_string();
        assert!(
            error(&file).contains("a.txt: error: cannot read: ") && error(&file).contains("\n  help: check the name")
        );
        fs::write(&file, b"one\ntw\xff").expect("a file");
        assert!(error(&file).contains("a.txt:2:3: error: invalid UTF-8\n  help: save the file as UTF-8"));
        assert!(error(folder.path()).contains("help: name a file in it"), "{}", error(folder.path()));
        let denied = cannot("write", &file, &io::ErrorKind::PermissionDenied.into()).to_string();
        assert!(denied.ends_with("\n  help: check the permissions of its folder, or name another one"), "{denied}");
    }
}
