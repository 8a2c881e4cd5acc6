//! From an order to the files of a project.

use super::{
    Failure, Files, GENERATED,
    context::Facts,
    name::Name,
    runtime::Runtime,
    templates::{self, Template},
};
use crate::{diagnostics::Diagnostics, options::Options, read::Input, render};

/// What the user asked for.
#[derive(Debug)]
pub struct Order<'a> {
    /// The name of the package.
    pub name: Name,
    /// Where it finds the runtime.
    pub runtime: Runtime,
    /// The `.proto` files, compiled.
    pub input: &'a Input,
    /// The templates of the team's files.
    pub templates: &'a [Template],
}

/// A project that is not yet on disk.
#[derive(Debug)]
pub struct Project {
    /// Every file but the `.proto` files.
    pub files: Files,
    /// The paths of the files that were made from templates.
    pub owned: Vec<String>,
    /// The full name of each service, how many methods it has, and the path of the file that implements it.
    pub services: Vec<(String, usize, String)>,
}

/// The files of a project. What is wrong with the `.proto` files, if anything, is in `diagnostics`; there is no project
/// then. Fails if there is no service in them, by a template that is wrong, or by a fault of the generator itself.
pub fn make(order: Order<'_>, diagnostics: &mut Diagnostics) -> Result<Option<Project>, Failure> {
    // Nobody else generates what the files import.
    let options = Options { include_imports: true, ..Options::default() };
    let Some(lowered) = crate::lowered(order.input, &options, diagnostics) else { return Ok(None) };
    let facts = Facts::new(&order.name, &order.runtime, order.input, &lowered.model)?;
    let owned = templates::render(order.templates, &facts)?;
    let generated = render::render(&lowered, &options)?;
    let generated = generated.into_iter().map(|(path, text)| (format!("{GENERATED}/{path}"), text));
    let mut project =
        Project { owned: owned.keys().cloned().collect(), services: facts.summary(), files: Files::new() };
    project.files.extend(owned.into_iter().chain(generated).map(|(path, text)| (path, text.into_bytes())));
    Ok(Some(project))
}
