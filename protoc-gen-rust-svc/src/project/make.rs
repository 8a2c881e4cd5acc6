//! From an order to the files of a project.

use super::{Failure, GENERATED, ProjectFiles, context::TemplateContext, order::Order, templates};
use crate::{diagnostics::Diagnostics, options::Options, render};

/// The files of a project.
#[derive(Debug)]
pub struct Project {
    /// All files but the `.proto` files.
    pub files: ProjectFiles,
    /// The paths of the files from templates.
    pub owned: Vec<String>,
    /// The full name of each service, how many methods it has, and the path of the file that implements it.
    pub services: Vec<(String, usize, String)>,
}

/// Creates the files of a project. Returns `None` if `diagnostics` has errors of the `.proto` files. Fails if they declare no
/// service, if a template is invalid, or by a bug of the generator.
pub fn make(order: Order<'_>, diagnostics: &mut Diagnostics) -> Result<Option<Project>, Failure> {
    // No other run generates the imports.
    let options = Options { include_imports: true, ..order.options.clone() };
    let Some(mut lowered) = crate::lowered(order.input, &options, diagnostics) else { return Ok(None) };
    let facts = TemplateContext::new(&order, &lowered.model)?;
    let owned = templates::render(order.templates, &facts)?;
    let generated = render::render(&mut lowered, &options)?;
    let generated = generated.into_iter().map(|(path, text)| (format!("{GENERATED}/{path}"), text));
    let mut project =
        Project { owned: owned.keys().cloned().collect(), services: facts.summary(), files: ProjectFiles::new() };
    project.files.extend(owned.into_iter().chain(generated).map(|(path, text)| (path, text.into_bytes())));
    Ok(Some(project))
}
