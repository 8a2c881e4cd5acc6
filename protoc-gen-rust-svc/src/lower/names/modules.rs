//! The modules of packages and of their artefacts.

use std::collections::{BTreeMap, BTreeSet};

use super::descriptors::{has_module, wire_enum, wire_type_name};
use crate::{
    model::{Artefacts, Origin},
    names::{Ident, Scope},
    options::Artefact,
    read::Input,
};

/// The name of the index of a module.
const MODULE_FILE: &str = "mod";

/// The modules below the module of a package.
pub(super) fn children(parent: &Origin, origins: &BTreeMap<String, Origin>) -> BTreeSet<Ident> {
    origins.values().filter_map(|origin| child(parent, origin)).collect()
}

fn child(parent: &Origin, origin: &Origin) -> Option<Ident> {
    match (parent, origin) {
        (Origin::Local(parent), Origin::Local(module)) => module.strip_prefix(parent.as_slice())?.first().cloned(),
        (Origin::Extern(parent), Origin::Extern(path)) => {
            let below = path.strip_prefix(parent.as_str())?.strip_prefix("::")?;
            below.split("::").next().map(|module| Ident::snake(module.trim_start_matches("r#")))
        }
        _ => None,
    }
}

/// The names of files that no package module may have.
fn taken_files(module: &[Ident]) -> Scope {
    let root = [MODULE_FILE, Artefact::Descriptor.name()];
    Scope::with(if module.is_empty() { &root } else { &root[..1] })
}

/// Assigns a module to each package. Colliding names get a numeric suffix.
pub(super) fn modules(input: &Input) -> BTreeMap<String, Vec<Ident>> {
    let names: BTreeSet<&str> = input.files.iter().map(|file| file.descriptor.package.as_str()).collect();
    let mut scopes: BTreeMap<Vec<Ident>, Scope> = BTreeMap::new();
    let mut known: BTreeMap<String, Vec<Ident>> = BTreeMap::from([(String::new(), Vec::new())]);
    for name in &names {
        let ends = name.match_indices('.').map(|(end, _)| end).chain([name.len()]);
        for end in ends.filter(|_| !name.is_empty()) {
            let outer = name[..end].rfind('.').map_or("", |dot| &name[..dot]);
            let segment = &name[if outer.is_empty() { 0 } else { outer.len() + 1 }..end];
            if !known.contains_key(&name[..end]) {
                let mut module = known[outer].clone();
                let scope = scopes.entry(module.clone()).or_insert_with(|| taken_files(&module));
                let ident = scope.take(Ident::snake(segment));
                module.push(ident);
                known.insert(name[..end].to_owned(), module);
            }
        }
    }
    known.into_iter().filter(|(name, _)| names.contains(name.as_str())).collect()
}

/// The modules of types nested in the prost messages of a package.
pub(super) fn message_modules(input: &Input, package: &str) -> impl Iterator<Item = Ident> {
    let mut scope = Scope::default();
    let mut modules = BTreeSet::new();
    for file in input.files.iter().filter(|file| file.descriptor.package == package) {
        for message in &file.descriptor.message_type {
            let ident = scope.take(Ident::camel(&message.name));
            modules.extend(has_module(message).then(|| Ident::snake(&wire_type_name(&message.name, &ident))));
        }
        for item in &file.descriptor.enum_type {
            scope.take(wire_enum(&item.name));
        }
    }
    modules.into_iter()
}

/// A scope with these modules.
pub(super) fn scope_of(modules: BTreeSet<Ident>) -> Scope {
    let mut scope = Scope::default();
    for module in modules {
        scope.take(module);
    }
    scope
}

/// The modules of the artefacts, with numeric suffixes if they collide.
pub(super) fn artefacts(taken: BTreeSet<Ident>) -> Artefacts {
    let mut scope = scope_of(taken);
    let mut take = |artefact: Artefact| scope.take(Ident::snake(artefact.name()));
    Artefacts {
        domain: take(Artefact::Domain),
        adapter: take(Artefact::Adapter),
        client: take(Artefact::Client),
        gateway: take(Artefact::Gateway),
        fake: take(Artefact::Fake),
        pb: take(Artefact::Pb),
        convert: take(Artefact::Convert),
        json: take(Artefact::Json),
    }
}
