//! The modules of packages and of their artefacts.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::descriptors::{has_module, wire_enum, wire_type_name};
use crate::{
    model::{Artefacts, Origin},
    names::{Ident, Scope},
    options::Artefact,
    read::{Input, descriptor::FileDescriptor},
};

/// The name of the index of a module.
const MODULE_FILE: &str = "mod";

/// The modules below each module.
#[derive(Default)]
pub(super) struct ModuleChildren(HashMap<Origin, BTreeSet<Ident>>);

impl ModuleChildren {
    /// Collects the modules around packages.
    pub(super) fn new<'a>(origins: impl IntoIterator<Item = &'a Origin>) -> Self {
        let mut children = Self::default();
        origins.into_iter().for_each(|origin| children.add(origin));
        children
    }

    fn add(&mut self, origin: &Origin) {
        match origin {
            Origin::Local(module) => {
                for (depth, child) in module.iter().enumerate() {
                    self.insert(Origin::Local(module[..depth].to_vec()), child.clone());
                }
            }
            Origin::Extern(path) => {
                for (at, _) in path.match_indices("::") {
                    let child = path[at + 2..].split("::").next().unwrap_or_default();
                    self.insert(Origin::Extern(path[..at].to_owned()), Ident::snake(child.trim_start_matches("r#")));
                }
            }
        }
    }

    fn insert(&mut self, parent: Origin, child: Ident) {
        self.0.entry(parent).or_default().insert(child);
    }

    /// The modules below a module.
    pub(super) fn of(&self, parent: &Origin) -> BTreeSet<Ident> {
        self.0.get(parent).cloned().unwrap_or_default()
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

/// The modules of types nested in the prost messages of a package, which has these files.
pub(super) fn message_modules(files: &[&FileDescriptor]) -> impl Iterator<Item = Ident> + use<> {
    let mut scope = Scope::default();
    let mut modules = BTreeSet::new();
    for file in files {
        for message in &file.message_type {
            let ident = scope.take(Ident::camel(&message.name));
            modules.extend(has_module(message).then(|| Ident::snake(&wire_type_name(&message.name, &ident))));
        }
        for item in &file.enum_type {
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
