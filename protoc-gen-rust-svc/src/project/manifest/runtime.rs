//! The dependency on the crate `rust-svc`.

use std::path::{Component, Path, PathBuf};

use crate::project::Failure;

/// The source of the crate `rust-svc`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Runtime {
    /// The URL of a git repository.
    Git(String),
    /// The dependency of the workspace.
    Workspace,
    /// A folder, absolute or relative to the folder of the project.
    Folder(String),
}

impl Runtime {
    /// Uses a checkout. `path` is relative to the current directory, the result to `project`.
    pub fn checkout(path: &Path, project: &Path) -> Result<Self, Failure> {
        check(path)?;
        let from_project = if path.is_absolute() {
            path.to_owned()
        } else {
            let failed = |error| format!("{}: error: {error}", path.display());
            relative(&resolved(project).map_err(failed)?, &resolved(path).map_err(failed)?)
        };
        match from_project.to_str() {
            Some(path) => Ok(Self::Folder(path.to_owned())),
            None => {
                Err(format!("{}: error: the path is not UTF-8, so Cargo.toml cannot contain it", path.display()).into())
            }
        }
    }
}

fn check(path: &Path) -> Result<(), Failure> {
    let manifest = std::fs::read_to_string(path.join("Cargo.toml")).unwrap_or_default();
    if manifest.lines().any(|line| line.split_whitespace().eq(["name", "=", "\"rust-svc\""])) {
        return Ok(());
    }
    let place = path.display();
    Err(format!("{place}: error: not the crate rust-svc\n  help: pass the folder of its Cargo.toml as --runtime-path")
        .into())
}

/// Resolves symbolic links of a path whose end may not exist.
pub(super) fn resolved(path: &Path) -> std::io::Result<PathBuf> {
    let absolute = std::path::absolute(path)?;
    let existing = absolute.ancestors().find_map(|ancestor| Some((ancestor, ancestor.canonicalize().ok()?)));
    let Some((ancestor, canonical)) = existing else { return Ok(absolute) };
    let rest = absolute.strip_prefix(ancestor).map_err(std::io::Error::other)?;
    // Joined piece by piece, because joining nothing adds a slash.
    Ok(rest.components().fold(canonical, |path, component| path.join(component)))
}

/// The relative path from one folder to another.
pub(super) fn relative(from: &Path, to: &Path) -> PathBuf {
    let common = from.components().zip(to.components()).take_while(|(one, other)| one == other).count();
    let up = from.components().skip(common).map(|_| Component::ParentDir);
    up.chain(to.components().skip(common)).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Runtime;
    use super::relative;

    #[test]
    fn relative_paths() {
        for (from, to, way) in [
            ("/a/b", "/a/c", "../c"),
            ("/a/b/c", "/a", "../.."),
            ("/a", "/a/b/c", "b/c"),
            ("/a/b", "/c/d", "../../c/d"),
        ] {
            assert_eq!(relative(Path::new(from), Path::new(to)), Path::new(way), "{from} {to}");
        }
    }

    #[test]
    fn checkout_contains_the_crate() {
        let text = Runtime::checkout(Path::new("src"), Path::new("x")).unwrap_err().to_string();
        assert!(text.starts_with("src: error: not the crate rust-svc\n  help: "), "{text}");
        let runtime = Runtime::checkout(Path::new("../rust-svc"), Path::new("target/some/project")).unwrap();
        assert_eq!(runtime, Runtime::Folder("../../../../rust-svc".to_owned()));
    }
}
