//! The names in a package that may hide names of the prelude.

use std::collections::{BTreeSet, HashMap};

use crate::model::{Model, Origin, TypeName};

/// Collects the names of plain types and traits of each package.
pub(super) fn collect_package_names(model: &mut Model) {
    let mut names = type_names(model);
    for package in &mut model.packages {
        let traits = package.services.iter().map(|service| service.ident.to_string());
        package.names = names.remove(&package.origin()).unwrap_or_default();
        package.names.extend(traits);
    }
}

/// The names of the plain types of each package.
fn type_names(model: &Model) -> HashMap<Origin, BTreeSet<String>> {
    let oneofs = model.messages.values().flat_map(|message| message.oneofs().map(|oneof| &oneof.rust));
    let messages = model.messages.values().map(|message| &message.rust);
    let enums = model.enums.values().map(|item| &item.rust);
    let local = messages.chain(oneofs).chain(enums).filter(|rust| matches!(rust.origin, Origin::Local(_)));
    let mut names: HashMap<Origin, BTreeSet<String>> = HashMap::new();
    for TypeName { origin, domain, .. } in local {
        let own = domain.last().map(ToString::to_string);
        names.entry(origin.clone()).or_default().extend(own);
    }
    names
}
