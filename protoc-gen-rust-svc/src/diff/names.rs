//! Renamed packages and types.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::model::{Field, Message, Model, Origin, Package, TypeName};

/// New names by old names, of renamed packages and types.
#[derive(Debug, Default)]
pub(super) struct Renames {
    packages: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    /// The new names of types.
    taken: HashSet<String>,
}

impl Renames {
    pub(super) fn new(before: &Model, after: &Model) -> Self {
        let mut names = Self { packages: moved_packages(before, after), ..Self::default() };
        for (old, new) in &names.packages {
            let all = before.messages.keys().chain(before.enums.keys());
            let moved = all.filter_map(|name| Some((name.clone(), format!("{new}{}", strip_package(old, name)?))));
            names.types.extend(moved);
        }
        names.taken = names.types.values().cloned().collect();
        let renamed = names.renamed_messages(before, after);
        names.taken.extend(renamed.iter().map(|(_, new)| new.clone()));
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
        self.taken.contains(after)
    }

    /// Pairs removed messages with added messages of the same package that have the same fields.
    fn renamed_messages(&self, before: &Model, after: &Model) -> Vec<(String, String)> {
        let gone = before.messages.values().filter(|message| is_generated(before, &message.rust));
        let gone: Vec<_> = gone.filter(|message| !after.messages.contains_key(&self.new_name(&message.name))).collect();
        let is_new = |message: &&Message| !before.messages.contains_key(&message.name) && !self.is_taken(&message.name);
        let new: Vec<_> = after.messages.values().filter(is_new).collect();
        let mut rivals: HashMap<_, usize> = HashMap::new();
        gone.iter().for_each(|old| *rivals.entry(fields_text(old)).or_default() += 1);
        let mut alike: HashMap<_, Vec<&Message>> = HashMap::new();
        new.iter().for_each(|other| alike.entry((outer(&other.name), fields_text(other))).or_default().push(other));
        let renamed = gone.iter().filter_map(|old| {
            let (name, fields) = (self.new_name(&old.name), fields_text(old));
            let is_only = !fields.is_empty() && rivals.get(&fields) == Some(&1);
            match alike.get(&(outer(&name), fields))?[..] {
                [one] if is_only => Some((old.name.clone(), one.name.clone())),
                _ => None,
            }
        });
        renamed.collect()
    }
}

/// A text that two messages have in common if they have the same fields; empty without fields.
fn fields_text(message: &Message) -> String {
    let field =
        |field: &Field| format!("{} {} {:?} {:?};", field.number, field.name, field.cardinality, field.encoding);
    message.fields().map(field).collect()
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
