//! The folder, the name and the workspace of a new project.

use std::path::{Path, PathBuf};

use crate::{
    cli::output::Failure,
    names::Ident,
    project::{
        ProjectFiles, folder,
        manifest::{
            name::Name,
            workspace::{self, Workspace},
        },
    },
    read::Input,
};

/// The folder, the name and the workspace of a new project.
pub(super) struct ProjectPlace {
    pub(super) name: Name,
    /// The folder of the package.
    pub(super) project: PathBuf,
    pub(super) workspace: OuterWorkspace,
}

/// The workspace around a project.
pub(super) enum OuterWorkspace {
    /// None.
    Nothing,
    /// One that exists.
    Existing(Box<Workspace>),
    /// One that is created with the project, in this folder.
    New(PathBuf),
}

impl ProjectPlace {
    /// Places a project in a folder, and in the workspace around it. Its default name is that of the folder.
    pub(super) fn in_folder(folder: &Path, name: Option<&str>) -> Result<Self, Failure> {
        folder::check_free(folder)?;
        let name = match name {
            Some(name) => Name::new(name)?,
            None => Name::of_folder(&std::path::absolute(folder)?)?,
        };
        let workspace = Workspace::around(folder)?
            .map_or(OuterWorkspace::Nothing, |found| OuterWorkspace::Existing(Box::new(found)));
        Ok(Self { name, project: folder.to_owned(), workspace })
    }

    /// Places a project in a new workspace. Its default name is that of the first service.
    pub(super) fn in_new_workspace(folder: &Path, name: Option<&str>, input: &Input) -> Result<Self, Failure> {
        folder::check_free(folder)?;
        if let Some(outer) = Workspace::around(folder)? {
            let (folder, outer) = (folder.display(), outer.manifest().display().to_string());
            let help = "omit --workspace, so that the project becomes a member of it";
            return Err(format!("{folder}: error: the folder is in the workspace of {outer}\n  help: {help}").into());
        }
        let name = match name {
            Some(name) => Name::new(name)?,
            None => name_of_service(input)?,
        };
        let project = folder.join(name.as_str());
        Ok(Self { name, project, workspace: OuterWorkspace::New(folder.to_owned()) })
    }

    /// Returns the path of the project in its workspace.
    pub(super) fn member(&self) -> Option<String> {
        match &self.workspace {
            OuterWorkspace::Nothing => None,
            OuterWorkspace::Existing(workspace) => Some(workspace.member().to_owned()),
            OuterWorkspace::New(_) => Some(self.name.as_str().to_owned()),
        }
    }

    /// Returns the folder in which cargo commands run.
    pub(super) fn root(&self) -> &Path {
        match &self.workspace {
            OuterWorkspace::New(folder) => folder,
            _ => &self.project,
        }
    }

    /// Writes the files of the project, and makes it a member of its workspace.
    pub(super) fn write(self, files: ProjectFiles) -> Result<(), Failure> {
        match self.workspace {
            OuterWorkspace::Nothing => folder::write(&self.project, &files),
            OuterWorkspace::Existing(workspace) => {
                folder::write(&self.project, &inheriting(files, &workspace))?;
                workspace.add_member()
            }
            OuterWorkspace::New(folder) => {
                let member = self.name.as_str();
                let below = files.into_iter().map(|(path, content)| (format!("{member}/{path}"), content));
                let mut files: ProjectFiles = below.collect();
                files.insert("Cargo.toml".to_owned(), workspace::manifest(member).into_bytes());
                files.insert(".gitignore".to_owned(), b"/target\n".to_vec());
                folder::write(&folder, &files)
            }
        }
    }
}

/// Lets the manifest of a member inherit what its workspace has.
fn inheriting(mut files: ProjectFiles, workspace: &Workspace) -> ProjectFiles {
    if let Some(manifest) = files.get_mut("Cargo.toml") {
        *manifest = workspace.inherited_by(&String::from_utf8_lossy(manifest)).into_bytes();
    }
    files
}

/// Names a package like its first service: `order-service` for `order.v1.OrderService`.
fn name_of_service(input: &Input) -> Result<Name, Failure> {
    let named = input.files.iter().filter(|file| input.generate.contains(&file.descriptor.name));
    let service = named.flat_map(|file| &file.descriptor.service).next();
    Name::new(&service.map_or_else(String::new, |service| Ident::snake(&service.name).plain().replace('_', "-")))
}
