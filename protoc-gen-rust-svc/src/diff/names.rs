//! Renamed packages and types.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Message, Model, Origin, Package, TypeName};

/// New names by old names, of renamed packages and types.
#[derive(Debug, Default)]
pub(super) struct Renames {
    packages: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
}

impl Renames {
    pub(super) fn new(before: &Model, after: &Model) -> Self {
        let mut names = Self { packages: moved_packages(before, after), types: BTreeMap::new() };
        for (old, new) in &names.packages {
            let all = before.messages.keys().chain(before.enums.keys());
            let moved = all.filter_map(|name| Some((name.clone(), format!("{new}{}", strip_package(old, name)?))));
            names.types.extend(moved);
        }
        let renamed = names.renamed_messages(before, after);
        names.types.extend(renamed);
        names
    }

    /// The new name of a type.
    pub(super) fn new_name(&self, name: &str) -> String {
        self.types.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The new name of a package.
    pub(super) fn new_package_name(&self, name: &str) -> String {
        self.packages.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Whether a type was renamed only with its package.
    pub(super) fn is_moved(&self, name: &str) -> bool {
        let moved = |(old, new): (&String, &String)| Some(format!("{new}{}", strip_package(old, name)?));
        self.packages.iter().filter_map(moved).any(|now| now == self.new_name(name))
    }

    /// Whether a name is the new name of a renamed type.
    pub(super) fn is_taken(&self, after: &str) -> bool {
        self.types.values().any(|name| name == after)
    }

    /// Pairs removed messages with added messages of the same package that have the same fields.
    fn renamed_messages(&self, before: &Model, after: &Model) -> Vec<(String, String)> {
        let gone = before.messages.values().filter(|message| is_generated(before, &message.rust));
        let gone: Vec<_> = gone.filter(|message| !after.messages.contains_key(&self.new_name(&message.name))).collect();
        let is_new = |message: &&Message| !before.messages.contains_key(&message.name) && !self.is_taken(&message.name);
        let new: Vec<_> = after.messages.values().filter(is_new).collect();
        let renamed = gone.iter().filter_map(|old| {
            let is_like = |other: &&&Message| {
                outer(&self.new_name(&old.name)) == outer(&other.name) && has_same_fields(old, other)
            };
            let mut like = new.iter().filter(is_like);
            let (one, other) = (like.next()?, like.next());
            let rivals = gone.iter().filter(|rival| has_same_fields(rival, old)).count();
            (other.is_none() && rivals == 1).then(|| (old.name.clone(), one.name.clone()))
        });
        renamed.collect()
    }
}

/// Whether two messages have the same fields, at least one.
fn has_same_fields(one: &Message, other: &Message) -> bool {
    let fields = |message: &Message| {
        let fields =
            message.fields().map(|field| (field.number, field.name.clone(), field.cardinality, field.encoding));
        fields.collect::<Vec<_>>()
    };
    !fields(one).is_empty() && fields(one) == fields(other)
}

/// The outer name.
fn outer(name: &str) -> &str {
    name.rfind('.').map_or("", |dot| &name[..dot])
}

/// The rest of a name below a package.
fn strip_package<'a>(package: &str, name: &'a str) -> Option<&'a str> {
    if package.is_empty() { None } else { name.strip_prefix(package).filter(|rest| rest.starts_with('.')) }
}

/// Pairs removed packages with added packages that share at least half of their names.
fn moved_packages(before: &Model, after: &Model) -> BTreeMap<String, String> {
    let known = |model: &Model, name: &str| model.packages.iter().any(|package| package.name == name);
    let gone = before.packages.iter().filter(|package| !known(after, &package.name));
    let new: Vec<_> = after.packages.iter().filter(|package| !known(before, &package.name)).collect();
    let mut moved = BTreeMap::new();
    for old in gone {
        let declared = declared(old);
        let shared = |package: &&&Package| self::declared(package).intersection(&declared).count();
        let free = new.iter().filter(|package| !moved.values().any(|name| *name == package.name));
        let best = free.max_by_key(shared).filter(|best| shared(best) > 0 && shared(best) * 2 >= declared.len());
        moved.extend(best.map(|best| (old.name.clone(), best.name.clone())));
    }
    moved
}

/// The names that a package declares.
fn declared(package: &Package) -> BTreeSet<String> {
    let services = package.services.iter().map(|service| &service.name);
    let all = package.messages.iter().chain(&package.enums).chain(services);
    all.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned()).collect()
}

/// Whether this run generates a type.
pub(super) fn is_generated(model: &Model, rust: &TypeName) -> bool {
    model.packages.iter().any(|package| rust.origin == Origin::Local(package.module.clone()))
}

/// The Rust path of a type, from the root of generated code.
pub(super) fn rust_path(rust: &TypeName) -> String {
    let module: Vec<String> = match &rust.origin {
        Origin::Local(module) => module.iter().map(ToString::to_string).collect(),
        Origin::Extern(path) => vec![path.clone()],
    };
    module.into_iter().chain(rust.domain.iter().map(ToString::to_string)).collect::<Vec<_>>().join("::")
}
