//! The order of a comparison, and its state.

use super::{Change, names::Renames};
use crate::{
    diagnostics::Diagnostics,
    model::{Model, Origin, TypeName},
    options::Types,
};

/// Lists all changes, sorted by position. Reports removed numbers that are not reserved.
pub fn diff(before: &Model, after: &Model, types: Types, diagnostics: &mut Diagnostics) -> Vec<Change> {
    let names = Renames::new(before, after);
    let mut compare = Compare { before, after, types, names, changes: Vec::new(), diagnostics };
    compare.packages();
    compare.messages();
    compare.enums();
    let mut changes = compare.changes;
    changes.sort_by(|one, other| (&one.place, &one.what).cmp(&(&other.place, &other.what)));
    changes
}

/// The state of a comparison.
pub(super) struct Compare<'a> {
    pub(super) before: &'a Model,
    pub(super) after: &'a Model,
    pub(super) types: Types,
    pub(super) names: Renames,
    pub(super) changes: Vec<Change>,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Compare<'_> {
    /// Adds a change that is not empty.
    pub(super) fn add(&mut self, change: Change) {
        if !change.what.is_empty() {
            self.changes.push(change);
        }
    }

    /// Whether the package of an old type was removed.
    pub(super) fn is_package_removed(&self, rust: &TypeName) -> bool {
        let package = self.before.packages.iter().find(|package| rust.origin == Origin::Local(package.module.clone()));
        package.is_some_and(|package| !has_package(self.after, &self.names.new_package_name(&package.name)))
    }

    /// Whether the package of a new type was added.
    pub(super) fn is_package_new(&self, rust: &TypeName) -> bool {
        let package = self.after.packages.iter().find(|package| rust.origin == Origin::Local(package.module.clone()));
        let is_old = |name: &str| self.before.packages.iter().any(|old| self.names.new_package_name(&old.name) == name);
        package.is_some_and(|package| !is_old(&package.name))
    }
}

fn has_package(model: &Model, name: &str) -> bool {
    model.packages.iter().any(|package| package.name == name)
}
