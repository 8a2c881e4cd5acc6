//! Writes the files of a project: all of them, or none.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

use super::{Failure, ProjectFiles, file_error::cannot};

/// Fails unless the folder is empty but for `.git`, or does not exist.
pub fn check_free(folder: &Path) -> Result<(), Failure> {
    const HELP: &str = "help: name a folder that does not exist, or an empty one";
    let place = folder.display();
    match content(folder) {
        Ok(names) if names.is_empty() => Ok(()),
        Ok(names) => {
            Err(format!("{place}: error: the folder is not empty: it has {}\n  {HELP}", some_of(&names)).into())
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(_) if folder.is_file() => Err(format!("{place}: error: not a folder\n  {HELP}").into()),
        Err(error) => Err(cannot("read", folder, &error)),
    }
}

/// Returns the names of what a folder has, but for `.git`.
fn content(folder: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let mut names = names.collect::<io::Result<Vec<_>>>()?;
    names.retain(|name| name != ".git");
    names.sort_unstable();
    Ok(names)
}

/// Lists the first names.
fn some_of(names: &[String]) -> String {
    const MOST: usize = 3;
    let more = names.len().saturating_sub(MOST);
    let shown: Vec<_> = names.iter().take(MOST).map(String::as_str).collect();
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", shown.join(", "))
}

/// Writes new files below a folder. If one fails, removes those it wrote.
pub fn write(folder: &Path, files: &ProjectFiles) -> Result<(), Failure> {
    let mut made = CreatedFiles::default();
    for (name, content) in files {
        let path = folder.join(name);
        if let Err(error) = made.file(&path, content) {
            made.undo();
            return Err(cannot("write", &path, &error));
        }
    }
    Ok(())
}

/// Formats Rust files with rustfmt and its settings for `folder`, if rustfmt is installed.
pub fn format(folder: &Path, files: &[String]) {
    let rust = files.iter().filter(|file| file.ends_with(".rs"));
    // Files that rustfmt cannot format stay as they are.
    let _ = Command::new("rustfmt").args(["--edition", "2024"]).args(rust).current_dir(folder).output();
}

/// The files and folders created so far, in order.
#[derive(Default)]
struct CreatedFiles {
    folders: Vec<PathBuf>,
    files: Vec<PathBuf>,
}

impl CreatedFiles {
    fn file(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.folder(path.parent().unwrap_or(path))?;
        let mut file = fs::File::create_new(path)?;
        self.files.push(path.to_owned());
        file.write_all(content)
    }

    fn folder(&mut self, path: &Path) -> io::Result<()> {
        if path.as_os_str().is_empty() || path.is_dir() {
            return Ok(());
        }
        self.folder(path.parent().unwrap_or(Path::new("")))?;
        // `a/..` exists once `a` does.
        if path.is_dir() {
            return Ok(());
        }
        fs::create_dir(path)?;
        self.folders.push(path.to_owned());
        Ok(())
    }

    fn undo(self) {
        // The error that caused this is reported, not those of the cleanup.
        for file in self.files {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.into_iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::ProjectFiles;
    use super::check_free;
    use super::write;

    #[test]
    fn writes_all_or_nothing() {
        let origin = std::env::temp_dir().join(format!("rust-svc-folder-{}", std::process::id()));
        let folder = origin.join("a/b");
        check_free(&folder).unwrap();
        // `x` cannot be a file and a folder.
        let files: ProjectFiles =
            ["c/d", "x", "x/y"].into_iter().map(|name| (name.to_owned(), b"text".to_vec())).collect();
        assert!(write(&folder, &files).is_err());
        assert!(!origin.exists());

        write(&folder, &ProjectFiles::from([("c/d".to_owned(), b"text".to_vec())])).unwrap();
        assert_eq!(fs::read(folder.join("c/d")).unwrap(), b"text");
        assert!(check_free(&folder).unwrap_err().to_string().contains("is not empty"));
        assert!(check_free(&folder.join("c/d")).unwrap_err().to_string().contains("d: error: not a folder\n"));
        write(&origin.join("new/../other"), &ProjectFiles::from([("d".to_owned(), b"text".to_vec())])).unwrap();
        assert_eq!(fs::read(origin.join("other/d")).unwrap(), b"text");
        fs::remove_dir_all(&origin).unwrap();
    }
}
