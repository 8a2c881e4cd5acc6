//! The description of a new project, and of the next steps.

use std::path::Path;

use super::place::{OuterWorkspace, ProjectPlace};
use crate::project::Project;

/// Describes the files that were created.
pub(super) fn created(place: &ProjectPlace, project: &Project) -> String {
    let mut text = format!("created {} files in {}\n", project.files.len(), place.project.display());
    match &place.workspace {
        OuterWorkspace::Nothing => {}
        OuterWorkspace::Existing(workspace) => {
            text += &format!("added {} to the members of {}\n", workspace.member(), workspace.manifest().display());
        }
        OuterWorkspace::New(folder) => text += &format!("created a workspace in {}\n", folder.display()),
    }
    text += "\nto implement:\n";
    for (service, methods, file) in &project.services {
        let methods = if *methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") };
        text += &format!("  {file}: {service}, {methods}\n");
    }
    text
}

/// Describes the commands to type next.
pub(super) fn next(root: &Path) -> String {
    let enter = if root == Path::new(".") { String::new() } else { format!("  cd {}\n", root.display()) };
    format!("\nnext:\n{enter}  cargo test\n  cargo run\n")
}
