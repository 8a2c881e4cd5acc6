//! Packages and their modules.

use super::{Change, ChangePosition, compare::Compare};
use crate::{
    diagnostics::Position,
    model::{Model, Package},
    names::Ident,
};

impl Compare<'_> {
    pub(super) fn packages(&mut self) {
        let (before, after) = (self.before, self.after);
        for old in &before.packages {
            let name = self.names.new_package_name(&old.name);
            match after.packages.iter().find(|package| package.name == name) {
                Some(new) => self.package(old, new),
                None => self.add(removed_package(before, old)),
            }
        }
        for new in &after.packages {
            if !before.packages.iter().any(|old| self.names.new_package_name(&old.name) == new.name) {
                self.add(Change::at(&position(after, new), format!("package {} was added", display_name(new))));
            }
        }
    }

    fn package(&mut self, old: &Package, new: &Package) {
        let mut change = Change::at(&position(self.after, new), "");
        if old.name != new.name {
            let has_services = !old.services.is_empty();
            change = change.and(&format!("is now {}", display_name(new))).wire(has_services);
            change = change.help("its method paths and the names of its types in Any change");
        }
        if old.module != new.module {
            change =
                change.and(&format!("is the module `{}`, was `{}`", path(&new.module), path(&old.module))).rust(true);
        }
        for (old, new) in old.artefacts.all().into_iter().zip(new.artefacts.all()).filter(|(old, new)| old != new) {
            change = change.and(&format!("its module `{old}` is now `{new}`")).rust(true);
        }
        self.add(change.of(&format!("package {}", display_name(old))));
        self.services(old, new);
    }
}

fn removed_package(before: &Model, package: &Package) -> Change {
    let change = Change::new(
        ChangePosition::Before(position(before, package)),
        format!("package {} was removed", display_name(package)),
    );
    change.rust(true).wire(!package.services.is_empty()).http(!package.routed_services().is_empty())
}

/// The first thing that a package declares.
fn position(model: &Model, package: &Package) -> Position {
    let services = package.services.iter().map(|service| &service.position);
    let messages = package.messages.iter().filter_map(|name| Some(&model.message(name)?.position));
    let enums = package.enums.iter().filter_map(|name| Some(&model.enumeration(name)?.position));
    services.chain(messages).chain(enums).min().cloned().unwrap_or_default()
}

fn display_name(package: &Package) -> &str {
    if package.name.is_empty() { "without a name" } else { &package.name }
}

fn path(module: &[Ident]) -> String {
    module.iter().map(ToString::to_string).collect::<Vec<_>>().join("::")
}
