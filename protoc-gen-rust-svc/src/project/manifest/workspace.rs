//! The Cargo workspace around a project.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml_edit::{Array, DocumentMut, Item, Table};

use super::{
    inherit::inherit,
    runtime::{relative, resolved},
};
use crate::project::Failure;

/// A workspace, and the path of the project in it.
#[derive(Debug)]
pub struct Workspace {
    manifest: PathBuf,
    document: DocumentMut,
    member: String,
}

impl Workspace {
    /// Finds the workspace that Cargo uses for a project: the nearest one above its folder that does not exclude it.
    pub fn around(project: &Path) -> Result<Option<Self>, Failure> {
        let project = resolved(project)?;
        for folder in project.ancestors().skip(1) {
            let manifest = folder.join("Cargo.toml");
            let Some(document) = read(&manifest)? else { continue };
            if document.get("workspace").is_some_and(Item::is_table_like) {
                let member = slashes(&relative(folder, &project));
                let workspace = Self { manifest, document, member };
                if !workspace.excludes_project() {
                    return Ok(Some(workspace));
                }
            }
        }
        Ok(None)
    }

    /// Returns the manifest of the workspace.
    pub fn manifest(&self) -> &Path {
        &self.manifest
    }

    /// Returns the path of the project in the workspace, such as `services/order`.
    pub fn member(&self) -> &str {
        &self.member
    }

    /// Adds the project to the members, unless one of them matches it. Everything else in the manifest stays as it is.
    pub fn add_member(mut self) -> Result<(), Failure> {
        if self.has_project() {
            return Ok(());
        }
        let failed = |manifest: &Path, problem: &str| format!("{}: error: {problem}", manifest.display());
        let workspace = self.document["workspace"].as_table_like_mut();
        let members = workspace.map(|workspace| workspace.entry("members").or_insert(Array::new().into()));
        let Some(members) = members.and_then(Item::as_array_mut) else {
            return Err(failed(&self.manifest, "`workspace.members` is not an array").into());
        };
        push(members, &self.member);
        let text = self.document.to_string();
        fs::write(&self.manifest, text).map_err(|error| failed(&self.manifest, &error.to_string()).into())
    }

    /// Returns whether a pattern in `members` matches the project.
    fn has_project(&self) -> bool {
        self.list("members").any(|pattern| matches(pattern, &self.member))
    }

    /// Returns whether the project is below a folder in `exclude`, and not below one in `members`. Cargo reads both as paths here.
    fn excludes_project(&self) -> bool {
        let contains = |folder: &str| Path::new(&self.member).starts_with(folder.trim_start_matches("./"));
        self.list("exclude").any(contains) && !self.list("members").any(contains)
    }

    fn list(&self, key: &str) -> impl Iterator<Item = &str> {
        let elements = self.document["workspace"].get(key).and_then(Item::as_array);
        elements.into_iter().flatten().filter_map(|element| element.as_str())
    }

    /// Returns the manifest of a member that inherits what the workspace has.
    pub fn inherited_by(&self, manifest: &str) -> String {
        inherit(manifest, &self.document["workspace"])
    }

    /// Returns whether members can depend on the runtime of the workspace.
    pub fn has_runtime(&self) -> bool {
        let shared = self.document["workspace"].get("dependencies");
        shared.and_then(|shared| shared.get("rust-svc")).is_some()
    }
}

/// Returns the manifest of a new workspace with one member.
pub fn manifest(member: &str) -> String {
    let mut workspace = Table::new();
    workspace.insert("resolver", toml_edit::value("3"));
    workspace.insert("members", toml_edit::value(Array::from_iter([member])));
    let mut document = DocumentMut::new();
    document.insert("workspace", Item::Table(workspace));
    document.to_string()
}

fn read(manifest: &Path) -> Result<Option<DocumentMut>, Failure> {
    let Ok(text) = fs::read_to_string(manifest) else { return Ok(None) };
    let failed = |error| format!("{}: error: {error}", manifest.display());
    Ok(Some(text.parse().map_err(failed)?))
}

/// Appends an element, on a line of its own if the others have lines. Comments stay on theirs.
fn push(members: &mut Array, member: &str) {
    let last = members.iter().last().and_then(|last| last.decor().prefix()?.as_str());
    let indentation = last.and_then(|prefix| prefix.rsplit_once('\n')).map(|(_, indentation)| indentation.to_owned());
    members.push(member);
    let Some(indentation) = indentation else { return };
    let comment = members.trailing().as_str().unwrap_or_default().trim_end().to_owned();
    if let Some(added) = members.iter_mut().last() {
        added.decor_mut().set_prefix(format!("{comment}\n{indentation}"));
    }
    members.set_trailing("\n");
    members.set_trailing_comma(true);
}

/// Returns whether a pattern such as `services/*` matches a path.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.trim_matches('/').trim_start_matches("./"), path.split('/'));
    pattern.split('/').count() == path.clone().count()
        && pattern.split('/').zip(path).all(|(one, other)| segment_matches(one, other))
}

/// Returns whether a pattern with `*` matches one segment of a path.
fn segment_matches(pattern: &str, segment: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == segment };
    let Some(segment) = segment.strip_prefix(start) else { return false };
    (0..=segment.len()).any(|end| segment.is_char_boundary(end) && segment_matches(rest, &segment[end..]))
}

fn slashes(path: &Path) -> String {
    path.components().map(|component| component.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{Workspace, manifest, matches};

    /// Adds `services/order` to a workspace, and returns its manifest.
    fn added(text: &str) -> Option<String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("Cargo.toml");
        fs::write(&path, text).expect("a file");
        let workspace = Workspace::around(&folder.path().join("services/order")).expect("a manifest")?;
        assert_eq!((workspace.member(), workspace.manifest().file_name()), ("services/order", path.file_name()));
        workspace.add_member().expect("members");
        fs::read_to_string(path).ok()
    }

    #[test]
    fn a_member_is_added_once_and_the_rest_is_kept() {
        for (before, after) in [
            ("[workspace]\nmembers = [\"a\"] # ours\n", "[workspace]\nmembers = [\"a\", \"services/order\"] # ours\n"),
            (
                "# top\n[workspace]\nmembers = [\n    \"a\",\n    \"b\", # b\n]\n[workspace.lints]\n",
                "# top\n[workspace]\nmembers = [\n    \"a\",\n    \"b\", # b\n    \"services/order\",\n]\n[workspace.lints]\n",
            ),
            ("[workspace]\n", "[workspace]\nmembers = [\"services/order\"]\n"),
            ("[workspace]\nmembers = [\"services/*\"]\n", "[workspace]\nmembers = [\"services/*\"]\n"),
            ("[workspace]\nmembers = [\"services/order\"]\n", "[workspace]\nmembers = [\"services/order\"]\n"),
        ] {
            assert_eq!(added(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn a_package_and_an_excluding_workspace_take_no_member() {
        assert_eq!(added("[package]\nname = \"a\"\n"), None);
        assert_eq!(added("[workspace]\nexclude = [\"services\"]\n"), None);
        assert_eq!(added("[workspace]\nexclude = [\"./services/order\"]\n"), None);
    }

    #[test]
    fn exclude_has_paths_and_members_override_it() {
        for (before, after) in [
            (
                "[workspace]\nmembers = []\nexclude = [\"serv\", \"services/*\"]\n",
                "[workspace]\nmembers = [\"services/order\"]\nexclude = [\"serv\", \"services/*\"]\n",
            ),
            (
                "[workspace]\nmembers = [\"services/order\"]\nexclude = [\"services\"]\n",
                "[workspace]\nmembers = [\"services/order\"]\nexclude = [\"services\"]\n",
            ),
        ] {
            assert_eq!(added(before).as_deref(), Some(after));
        }
    }

    #[test]
    fn a_broken_manifest_is_an_error() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("Cargo.toml"), "[workspace\n").expect("a file");
        let error = Workspace::around(&folder.path().join("a")).expect_err("not TOML").to_string();
        assert!(error.contains("Cargo.toml: error: "), "{error}");
    }

    #[test]
    fn patterns_match_whole_segments() {
        for (pattern, path, expected) in [
            ("a", "a", true),
            ("./a/", "a", true),
            ("a/*", "a/b", true),
            ("a/*", "a/b/c", false),
            ("*-service", "order-service", true),
            ("a*c*", "abcd", true),
            ("*", "a/b", false),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
        assert_eq!(manifest("order"), "[workspace]\nresolver = \"3\"\nmembers = [\"order\"]\n");
    }
}
