//! The types that check requests of a type of the user's own.

use crate::model::{Check, Model, Package};

/// The types of a package.
pub(super) fn types(model: &Model, package: &Package) -> String {
    package.checks.iter().map(|check| one(model, package, check)).collect()
}

/// Where the rules are that the descriptors hold, for the conversions of a package.
pub(super) fn rules(model: &Model, package: &Package) -> String {
    format!("{}{}::RULES", "super::".repeat(package.module.len() + 1), model.descriptors)
}

fn one(model: &Model, package: &Package, Check { ident, message }: &Check) -> String {
    let wire = model.messages[message].rust.wire_from(&package.module, 1);
    let rules = rules(model, package);
    format!(
        "/// The rules of `{message}`, for requests.
        #[derive(Clone, Copy, Debug, Default)]
        pub struct {ident};

        impl svc::Check<{wire}> for {ident} {{
            fn check(wire: &{wire}, violations: &mut svc::Violations) {{
                {rules}.check({message:?}, wire, violations);
            }}
        }}"
    )
}
