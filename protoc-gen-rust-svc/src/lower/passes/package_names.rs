//! The names in a package that may hide names of the prelude.

use crate::model::{Model, Origin};

/// Collects the names of plain types and traits of each package.
pub(super) fn collect_package_names(model: &mut Model) {
    for package in &mut model.packages {
        let origin = Origin::Local(package.module.clone());
        let messages = model.messages.values().filter(|message| message.rust.origin == origin);
        let oneofs = messages.clone().flat_map(|message| message.oneofs().map(|oneof| &oneof.rust));
        let enums = model.enums.values().map(|item| &item.rust).filter(|rust| rust.origin == origin);
        let types =
            messages.map(|message| &message.rust).chain(oneofs).chain(enums).map(|rust| rust.ident().to_string());
        let traits = package.services.iter().map(|service| service.ident.to_string());
        package.names = types.chain(traits).collect();
    }
}
