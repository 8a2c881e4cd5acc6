//! The state of this stage.

use super::names::{Packages, TypeNames};
use crate::{
    diagnostics::Diagnostics,
    options::Options,
    read::{Input, descriptor::VisibilityRule, rules::PredefinedRules},
};

/// State that the functions of this stage share.
pub(super) struct Lowering<'a> {
    pub(super) input: &'a Input,
    pub(super) options: &'a Options,
    pub(super) packages: Packages,
    pub(super) types: TypeNames,
    pub(super) predefined: PredefinedRules,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Lowering<'_> {
    /// Whether the OpenAPI document leaves out an element with this rule.
    pub(super) fn is_hidden(&self, visibility: Option<&VisibilityRule>) -> bool {
        visibility.is_some_and(|rule| !self.options.openapi.shows(&rule.restriction))
    }
}
