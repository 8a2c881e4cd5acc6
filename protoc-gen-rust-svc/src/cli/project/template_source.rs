//! The arguments that name templates.

use clap::Args;

use crate::{
    cli::output::Failure,
    project::{Template, templates},
};

/// The source of the templates.
#[derive(Args, Debug)]
pub(super) struct TemplateSource {
    /// A folder or git repository with templates that replace or add to the built-in ones
    #[arg(long, value_name = "DIR|git+URL")]
    templates: Option<String>,
}

impl TemplateSource {
    /// Returns the built-in templates, with those of the source.
    pub(super) fn load(&self) -> Result<Vec<Template>, Failure> {
        match &self.templates {
            None => Ok(templates::built_in()),
            Some(source) => templates::load(source),
        }
    }
}
