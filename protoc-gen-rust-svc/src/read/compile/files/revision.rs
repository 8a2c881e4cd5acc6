//! `.proto` files of a git revision.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use protox::file::{File, FileResolver};

use super::sources::{Folder, from_source};

/// A revision of the repository that directories of `.proto` files lie in.
#[derive(Clone, Debug)]
pub struct Revision {
    commit: String,
}

impl Revision {
    /// Finds a revision by any name that git knows: a branch, a tag, `HEAD~1`, a hash.
    pub fn find(name: &str, directory: &Path) -> Result<Self, GitError> {
        if git(directory, &["rev-parse", "--git-dir"])?.is_none() {
            let text = format!("{}: error: not in a git repository, so `{name}` is not a revision", shown(directory));
            return Err(GitError(text + "\n  help: pass the path of a descriptor set instead"));
        }
        let commit = format!("{name}^{{commit}}");
        match git(directory, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])? {
            Some(commit) => Ok(Self { commit: commit.trim().to_owned() }),
            None => Err(GitError(format!(
                "error: `{name}` is neither a file nor a git revision\n  help: pass a branch, a tag, a commit or the path of a \
                 descriptor set; a shallow clone may have to fetch the revision first"
            ))),
        }
    }

    /// Lists the `.proto` files below a directory, by the names under which they are imported.
    pub fn names(&self, directory: &Path) -> Result<Vec<String>, GitError> {
        let list = git(directory, &["ls-tree", "-r", "-z", "--name-only", &self.commit])?.unwrap_or_default();
        Ok(list.split('\0').filter(|name| name.ends_with(".proto")).map(str::to_owned).collect())
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
    let failed = |error: std::io::Error| GitError(format!("error: cannot start git: {error}"));
    let Output { status, stdout, .. } = output.map_err(failed)?;
    Ok(String::from_utf8(stdout).ok().filter(|_| status.success()))
}

fn shown(directory: &Path) -> String {
    directory.display().to_string()
}

/// An error of git.
#[derive(Debug)]
pub struct GitError(String);

impl fmt::Display for GitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for GitError {}
