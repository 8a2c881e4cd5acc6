//! Programs that `doctor` looks for.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

/// A program on the path.
pub(super) struct Tool {
    pub(super) path: PathBuf,
    /// The line that `--version` prints.
    pub(super) version: String,
}

impl Tool {
    /// Finds a program on the path. Returns `None` if there is none, or if it does not run.
    pub(super) fn find(name: &str) -> Option<Self> {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        let paths = env::var_os("PATH").unwrap_or_default();
        Self::at(&env::split_paths(&paths).map(|folder| folder.join(&file)).find(|path| path.is_file())?)
    }

    /// Finds the program in a variable, or on the path.
    pub(super) fn find_by(variable: &str, name: &str) -> Option<Self> {
        let named = env::var_os(variable).filter(|path: &OsString| !path.is_empty());
        named.map_or_else(|| Self::find(name), |path| Self::at(Path::new(&path)))
    }

    fn at(path: &Path) -> Option<Self> {
        let output = Command::new(path).arg("--version").output().ok()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.lines().next().filter(|_| output.status.success())?.trim().to_owned();
        Some(Self { path: path.to_owned(), version })
    }

    /// Returns whether the version is at least this one.
    pub(super) fn is_at_least(&self, least: &[u64]) -> bool {
        numbers(&self.version).as_slice() >= least
    }

    /// Describes the version and the place.
    pub(super) fn description(&self) -> String {
        format!("{} ({})", self.version, self.path.display())
    }
}

/// Returns the numbers of the first version in a text.
fn numbers(text: &str) -> Vec<u64> {
    let word = text.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    word.unwrap_or_default().split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::numbers;

    #[test]
    fn versions_are_found() {
        for (text, expected) in [
            ("libprotoc 36.2", &[36, 2][..]),
            ("rustc 1.88.0-nightly (abc 2026-01-01)", &[1, 88, 0]),
            ("1.75.0", &[1, 75, 0]),
            ("none", &[]),
        ] {
            assert_eq!(numbers(text), expected);
        }
    }
}
