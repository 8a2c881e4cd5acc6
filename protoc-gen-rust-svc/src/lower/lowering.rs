//! The state of this stage.

use super::names::{Packages, TypeNames};
use crate::{
    diagnostics::Diagnostics,
    options::Options,
    read::{Input, rules::PredefinedRules},
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
