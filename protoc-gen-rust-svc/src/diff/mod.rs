//! What a change of a contract does to those who use it: two models to a list of changes.
//!
//! Each change is seen three ways: by code that is compiled against what is generated, by peers that still have the
//! other contract, and by callers over HTTP and JSON. What breaks messages is what `buf breaking` finds as `WIRE`, and for
//! JSON as `WIRE_JSON`; besides, methods that are gone, fields that are newly required, and routes.

mod change;
mod defaults;
mod enums;
mod fields;
mod holds;
mod messages;
mod names;
mod packages;
mod report;
mod reserved;
mod routes;
mod services;

use self::names::Names;
pub use self::{
    change::{Change, Effect, Place},
    report::{report, summary},
};
use crate::{
    diagnostics::Diagnostics,
    model::{Model, Origin, TypeName},
    options::Types,
};

/// All that changed, sorted by place. Notes what is gone and not reserved.
pub fn diff(before: &Model, after: &Model, types: Types, diagnostics: &mut Diagnostics) -> Vec<Change> {
    let names = Names::new(before, after);
    let mut compare = Compare { before, after, types, names, changes: Vec::new(), diagnostics };
    compare.packages();
    compare.messages();
    compare.enums();
    let mut changes = compare.changes;
    changes.sort_by(|one, other| (&one.place, &one.what).cmp(&(&other.place, &other.what)));
    changes
}

/// What the functions of this module share.
struct Compare<'a> {
    before: &'a Model,
    after: &'a Model,
    types: Types,
    names: Names,
    changes: Vec<Change>,
    diagnostics: &'a mut Diagnostics,
}

impl Compare<'_> {
    /// Notes a change, if it says something.
    fn add(&mut self, change: Change) {
        if !change.what.is_empty() {
            self.changes.push(change);
        }
    }

    /// Whether a type of the older contract is gone with its package, which says it all.
    fn is_package_gone(&self, rust: &TypeName) -> bool {
        let package = self.before.packages.iter().find(|package| rust.origin == Origin::Local(package.module.clone()));
        package.is_some_and(|package| !has_package(self.after, &self.names.package_now(&package.name)))
    }

    /// Whether a type is new with its package.
    fn is_package_new(&self, rust: &TypeName) -> bool {
        let package = self.after.packages.iter().find(|package| rust.origin == Origin::Local(package.module.clone()));
        let is_old = |name: &str| self.before.packages.iter().any(|old| self.names.package_now(&old.name) == name);
        package.is_some_and(|package| !is_old(&package.name))
    }
}

fn has_package(model: &Model, name: &str) -> bool {
    model.packages.iter().any(|package| package.name == name)
}

/// Whether a type is generated in this run, not known from elsewhere.
fn is_generated(model: &Model, rust: &TypeName) -> bool {
    model.packages.iter().any(|package| rust.origin == Origin::Local(package.module.clone()))
}

/// The path of a type in Rust, from the root of what is generated.
fn rust_path(rust: &TypeName) -> String {
    let module: Vec<String> = match &rust.origin {
        Origin::Local(module) => module.iter().map(ToString::to_string).collect(),
        Origin::Extern(path) => vec![path.clone()],
    };
    module.into_iter().chain(rust.domain.iter().map(ToString::to_string)).collect::<Vec<_>>().join("::")
}
