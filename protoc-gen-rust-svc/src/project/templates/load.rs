//! Templates of a team: a folder, or a git repository.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use toml_edit::DocumentMut;

use super::built_in;
use crate::project::{
    Failure, Template,
    context::API_VERSION,
    file_error::{cannot, read_text},
};

/// The file that says for which version of the context the templates are.
pub const VERSION_FILE: &str = "templates.toml";

/// The changes of the context, by version.
const CHANGES: &[(u32, &str)] = &[
    (1, "the first version"),
    (
        2,
        "new: `parts`, `options`, `runtime_features`, `has_store`, `has_remotes`, `has_dependencies`; `runtime_path` and \
         `runtime_git` are both none if the workspace has the runtime; `server()` takes the dependencies if there are any",
    ),
];

/// Returns the built-in templates, and those of a source, which replace built-in ones of the same path. `source` is a folder, or
/// `git+` and the URL of a repository, and `#` and a branch or tag if it is not the default one.
pub fn load(source: &str) -> Result<Vec<Template>, Failure> {
    match source.strip_prefix("git+") {
        Some(url) => {
            let clone = Checkout::clone(url)?;
            in_folder(&clone.0)
        }
        None => in_folder(Path::new(source)),
    }
}

fn in_folder(folder: &Path) -> Result<Vec<Template>, Failure> {
    if !folder.is_dir() {
        let help = format!("`templates dump {0}` creates one", folder.display());
        return Err(format!("{}: error: no such folder of templates\n  help: {help}", folder.display()).into());
    }
    check_version(folder)?;
    let mut templates: BTreeMap<String, Template> =
        built_in().into_iter().map(|template| (template.path.clone(), template)).collect();
    for path in files(folder, folder)? {
        let file = folder.join(&path);
        let source = read_text(&file)?;
        let path = path.strip_suffix(".jinja").unwrap_or(&path).to_owned();
        templates.insert(path.clone(), Template { path, source });
    }
    Ok(templates.into_values().collect())
}

/// Lists the files of the templates, with `/` between folders.
fn files(root: &Path, folder: &Path) -> Result<Vec<String>, Failure> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(|error| cannot("read", folder, &error))? {
        let path = entry?.path();
        check_no_link(&path)?;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        if path.is_dir() && name != ".git" {
            found.extend(files(root, &path)?);
        } else if path.is_file() && name != VERSION_FILE {
            found.push(name);
        }
    }
    found.sort_unstable();
    Ok(found)
}

/// Fails for a symbolic link: templates of a repository must not read other files of this machine.
fn check_no_link(path: &Path) -> Result<(), Failure> {
    if !path.is_symlink() {
        return Ok(());
    }
    let help = "replace it by a copy of the file";
    Err(format!("{}: error: a symbolic link among the templates\n  help: {help}", path.display()).into())
}

/// Fails unless the templates are for this version of the context.
fn check_version(folder: &Path) -> Result<(), Failure> {
    let path = folder.join(VERSION_FILE);
    check_no_link(&path)?;
    let place = path.display();
    let help = format!("write `api_version = {API_VERSION}` to it; `templates dump` writes templates of this version");
    let text = fs::read_to_string(&path).map_err(|error| format!("{place}: error: {error}\n  help: {help}"))?;
    let document: DocumentMut = text.parse().map_err(|error| format!("{place}: error: {error}"))?;
    let version = document.get("api_version").and_then(toml_edit::Item::as_integer);
    let version = version.ok_or_else(|| format!("{place}: error: `api_version` is missing\n  help: {help}"))?;
    if version == i64::from(API_VERSION) {
        return Ok(());
    }
    let problem =
        format!("the templates are for version {version} of the context; this generator has version {API_VERSION}");
    Err(format!("{place}: error: {problem}\n{}", changes(version)).into())
}

/// Describes what changed since a version.
fn changes(version: i64) -> String {
    if version > i64::from(API_VERSION) {
        return "  help: install a newer generator".to_owned();
    }
    let newer = CHANGES.iter().filter(|(changed, _)| i64::from(*changed) > version);
    let lines: String = newer.map(|(changed, what)| format!("  version {changed}: {what}\n")).collect();
    format!("{lines}  help: adapt the templates, and then write `api_version = {API_VERSION}`")
}

/// A clone of a repository, which is removed after use.
struct Checkout(PathBuf);

impl Checkout {
    fn clone(url: &str) -> Result<Self, Failure> {
        let (url, branch) = url.split_once('#').map_or((url, None), |(url, branch)| (url, Some(branch)));
        let folder = Self(std::env::temp_dir().join(format!("rust-svc-templates-{}", std::process::id())));
        let mut git = Command::new("git");
        git.args(["clone", "--quiet", "--depth", "1"]).args(branch.map(|branch| format!("--branch={branch}")));
        let output = git.arg("--").arg(url).arg(&folder.0).output();
        let output = output.map_err(|error| format!("git: error: {error}\n  help: install git"))?;
        match output.status.success() {
            true => Ok(folder),
            false => {
                let reason = String::from_utf8_lossy(&output.stderr).trim().replace('\n', "\n  ");
                let help = "check the URL, and the branch or tag after `#`, by `git ls-remote`";
                Err(format!("{url}: error: cannot clone: {reason}\n  help: {help}").into())
            }
        }
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // What remains is in the folder of temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::{API_VERSION, CHANGES, built_in, load};

    fn loaded(version: &str) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("templates.toml"), version).expect("a file");
        fs::create_dir(folder.path().join("docs")).expect("a folder");
        fs::write(folder.path().join("docs/team.md.jinja"), "{{ name }}").expect("a file");
        fs::write(folder.path().join("Dockerfile"), "").expect("a file");
        let templates = load(folder.path().to_str().expect("text")).map_err(|error| error.to_string())?;
        Ok(templates.into_iter().map(|template| format!("{} {}", template.path, template.source.len())).collect())
    }

    #[test]
    fn templates_replace_and_add() {
        let found: BTreeSet<_> =
            loaded(&format!("api_version = {API_VERSION}\n")).expect("templates").into_iter().collect();
        assert_eq!(found.len(), built_in().len() + 1);
        assert!(found.contains("docs/team.md 10") && found.contains("Dockerfile 0"), "{found:?}");
    }

    #[test]
    fn another_version_is_an_error_with_the_changes() {
        let old = loaded("api_version = 1\n").expect_err("an old version");
        assert!(
            old.contains("templates.toml: error: the templates are for version 1")
                && old.contains("  version 2: new: "),
            "{old}"
        );
        assert!(loaded("api_version = 99\n").expect_err("a new version").contains("install a newer generator"));
        assert!(loaded("").expect_err("no version").contains("`api_version` is missing"));
        assert_eq!(CHANGES.last().map(|(version, _)| *version), Some(API_VERSION));
    }
}
