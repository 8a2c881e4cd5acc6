//! `.proto` files of a git revision.

use std::{
    fmt,
    fs::{self, File as OpenFile},
    io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use protox::file::{File, FileResolver};

use super::sources::{Folder, from_source};
use crate::diagnostics::{Position, Problem};

/// A revision of the repository that directories of `.proto` files lie in.
#[derive(Clone, Debug)]
pub struct Revision {
    commit: String,
}

impl Revision {
    /// Finds a revision by any name that git knows: a branch, a tag, `HEAD~1`, a hash.
    pub fn find(name: &str, directory: &Path) -> Result<Self, GitError> {
        if git(directory, &["rev-parse", "--git-dir"])?.is_none() {
            return Err(no_repository(name, directory));
        }
        let commit = format!("{name}^{{commit}}");
        match git(directory, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])? {
            Some(commit) => Ok(Self { commit: commit.trim().to_owned() }),
            None => Err(GitError(Problem::uncoded(
                format!("`{name}` is neither a file nor a git revision"),
                "pass a branch, a tag, a commit or the path of a descriptor set; a shallow clone may have to fetch the revision first",
            ))),
        }
    }

    /// Lists the `.proto` files below a directory, by the names under which they are imported.
    pub fn names(&self, directory: &Path) -> Result<Vec<String>, GitError> {
        let list = git(directory, &["ls-tree", "-r", "-z", "--name-only", &self.commit])?.unwrap_or_default();
        Ok(list.split('\0').filter(|name| name.ends_with(".proto")).map(str::to_owned).collect())
    }

    /// Writes the `.proto` files below a directory, as they are in the revision, into a folder.
    pub(in super::super) fn write_files(&self, directory: &Path, folder: &Path) -> Result<(), GitError> {
        let names = self.names(directory)?;
        let blobs = self.blobs(directory, folder, &names).map_err(|error| failed(&error))?;
        names
            .iter()
            .zip(Blobs(&blobs))
            .try_for_each(|(name, content)| write_file(&folder.join(name), content).map_err(|error| failed(&error)))
    }

    /// The contents of files, as git prints them in one run.
    fn blobs(&self, directory: &Path, folder: &Path, names: &[String]) -> io::Result<Vec<u8>> {
        let wanted: String = names.iter().map(|name| format!("{}:./{name}\n", self.commit)).collect();
        let list = folder.with_extension("names");
        write_file(&list, wanted.as_bytes())?;
        let mut git = Command::new("git");
        git.arg("-C").arg(directory).args(["cat-file", "--batch"]).stdin(OpenFile::open(&list)?);
        Ok(git.stderr(Stdio::null()).output()?.stdout)
    }

    fn text(&self, directory: &Path, name: &str) -> Option<String> {
        git(directory, &["cat-file", "blob", &format!("{}:./{name}", self.commit)]).ok().flatten()
    }
}

/// A directory at a revision. Files outside the repository are read as they are.
pub(in super::super) struct Directory {
    revision: Revision,
    path: PathBuf,
    now: Folder,
}

impl Directory {
    pub(in super::super) fn new(revision: &Revision, path: &Path) -> Self {
        Self { revision: revision.clone(), path: path.to_owned(), now: Folder::new(path) }
    }
}

impl FileResolver for Directory {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.revision.text(&self.path, name) {
            Some(text) => from_source(name, &text),
            None => self.now.open_file(name),
        }
    }
}

/// Runs git in a directory. Returns its output, or `None` if it fails.
fn git(directory: &Path, arguments: &[&str]) -> Result<Option<String>, GitError> {
    let output = Command::new("git").arg("-C").arg(directory).args(arguments).output();
    let Output { status, stdout, .. } = output.map_err(|error| failed(&error))?;
    Ok(String::from_utf8(stdout).ok().filter(|_| status.success()))
}

/// The contents of an output of `git cat-file --batch`: each after a line that ends with its length.
struct Blobs<'a>(&'a [u8]);

impl<'a> Iterator for Blobs<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let end = self.0.iter().position(|byte| *byte == b'\n')?;
        let header = std::str::from_utf8(&self.0[..end]).ok()?;
        let length: usize = header.rsplit(' ').next()?.parse().ok()?;
        let content = self.0.get(end + 1..end + 1 + length)?;
        self.0 = self.0.get(end + length + 2..).unwrap_or_default();
        Some(content)
    }
}

fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, content)
}

fn no_repository(name: &str, directory: &Path) -> GitError {
    let position = Position { file: directory.display().to_string(), ..Position::default() };
    let message = format!("not in a git repository, so `{name}` is not a revision");
    GitError(Problem::new("", &position, message, "pass the path of a descriptor set instead"))
}

fn failed(error: &io::Error) -> GitError {
    GitError(Problem::uncoded(format!("cannot run git: {error}"), "install git, or compare descriptor sets"))
}

/// An error of git.
#[derive(Debug)]
pub struct GitError(Problem);

impl GitError {
    /// The error as a diagnostic.
    pub fn problem(&self) -> &Problem {
        &self.0
    }
}

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for GitError {}
