//! The names of services in a project.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{Package, Service},
    names::{Ident, Scope},
};

/// A service and its package.
pub(super) type PackagedService<'a> = (&'a Package, &'a Service);

/// The names of a service in the project.
pub(super) struct NamesInProject {
    pub(super) module: Ident,
    pub(super) struct_name: Ident,
}

/// Assigns names to services: short if unique, else with the package.
pub(super) struct ServiceNames {
    short: BTreeMap<String, usize>,
    scope: Scope,
}

impl ServiceNames {
    /// `taken` are names of modules that exist.
    pub(super) fn new(services: &[PackagedService<'_>], taken: &BTreeSet<String>) -> Self {
        let mut short: BTreeMap<_, _> = taken.iter().map(|name| (name.clone(), 1)).collect();
        for (_, service) in services {
            *short.entry(short_name(service)).or_default() += 1;
        }
        // `src/service/mod.rs` is the index.
        let taken = taken.iter().map(String::as_str).chain(["mod"]);
        Self { short, scope: Scope::with(&taken.collect::<Vec<_>>()) }
    }

    pub(super) fn take(&mut self, service: &Service) -> NamesInProject {
        let name = short_name(service);
        let name = if self.short.get(&name) == Some(&1) { name } else { service.name.replace('.', "_") };
        let module = self.scope.take(Ident::snake(&name));
        NamesInProject { struct_name: Ident::camel(&format!("{}_impl", module.plain())), module }
    }
}

/// The name without the package. Names that differ only in case are equal, as file names may be.
fn short_name(service: &Service) -> String {
    let name = service.name.rsplit('.').next().unwrap_or_default();
    Ident::snake(name).plain().to_owned()
}
