//! The description of a new project, and of the next steps.

use std::path::Path;

use super::place::{OuterWorkspace, ProjectPlace};
use crate::{diagnostics::json::JsonObject, project::Project};

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
    if !project.services.is_empty() {
        text += "\nto implement:\n";
    }
    for (service, methods, file) in &project.services {
        let methods = if *methods == 1 { "1 method".to_owned() } else { format!("{methods} methods") };
        text += &format!("  {file}: {service}, {methods}\n");
    }
    text
}

/// Describes the project and its services, one JSON object per line.
pub(super) fn json(place: &ProjectPlace, project: &Project) -> String {
    let folder = place.project.display().to_string();
    let files = u32::try_from(project.files.len()).unwrap_or(u32::MAX);
    let object = JsonObject::new("project").text("name", place.name.as_str()).text("folder", &folder);
    let services = project.services.iter().map(|(service, methods, file)| {
        let methods = u32::try_from(*methods).unwrap_or(u32::MAX);
        JsonObject::new("service").text("name", service).number("methods", methods).text("file", file).line()
    });
    [object.number("files", files).line()].into_iter().chain(services).collect()
}

/// Describes the commands to type next.
pub(super) fn next(root: &Path) -> String {
    let enter = if root == Path::new(".") { String::new() } else { format!("  cd {}\n", root.display()) };
    format!("\nnext:\n{enter}  cargo test\n  cargo run\n")
}
