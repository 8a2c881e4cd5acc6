//! What has another name now: packages and types that are plainly the same as before.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Message, Model, Origin, Package, TypeName};

/// The names that types and packages have now, by those that they had, where they differ.
#[derive(Debug, Default)]
pub(super) struct Names {
    packages: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn new(before: &Model, after: &Model) -> Self {
        let mut names = Self { packages: moved_packages(before, after), types: BTreeMap::new() };
        for (old, new) in &names.packages {
            let all = before.messages.keys().chain(before.enums.keys());
            let moved = all.filter_map(|name| Some((name.clone(), format!("{new}{}", within(old, name)?))));
            names.types.extend(moved);
        }
        let renamed = names.renamed_messages(before, after);
        names.types.extend(renamed);
        names
    }

    /// The name that a type has now.
    pub(super) fn now(&self, name: &str) -> String {
        self.types.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// The name that a package has now.
    pub(super) fn package_now(&self, name: &str) -> String {
        self.packages.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    /// Whether a type has another name because its package has.
    pub(super) fn is_moved(&self, name: &str) -> bool {
        let moved = |(old, new): (&String, &String)| Some(format!("{new}{}", within(old, name)?));
        self.packages.iter().filter_map(moved).any(|now| now == self.now(name))
    }

    /// Whether a type got the name that it has.
    pub(super) fn is_taken(&self, after: &str) -> bool {
        self.types.values().any(|name| name == after)
    }

    /// Messages that are gone while others, alike in every field, are new in the same package.
    fn renamed_messages(&self, before: &Model, after: &Model) -> Vec<(String, String)> {
        let gone = before.messages.values().filter(|message| is_generated(before, &message.rust));
        let gone: Vec<_> = gone.filter(|message| !after.messages.contains_key(&self.now(&message.name))).collect();
        let is_new = |message: &&Message| !before.messages.contains_key(&message.name) && !self.is_taken(&message.name);
        let new: Vec<_> = after.messages.values().filter(is_new).collect();
        let renamed = gone.iter().filter_map(|old| {
            let is_like = |other: &&&Message| outer(&self.now(&old.name)) == outer(&other.name) && is_alike(old, other);
            let mut like = new.iter().filter(is_like);
            let (one, other) = (like.next()?, like.next());
            let rivals = gone.iter().filter(|rival| is_alike(rival, old)).count();
            (other.is_none() && rivals == 1).then(|| (old.name.clone(), one.name.clone()))
        });
        renamed.collect()
    }
}

/// Whether two messages have the same fields, of which there are some.
fn is_alike(one: &Message, other: &Message) -> bool {
    let fields = |message: &Message| {
        let fields =
            message.fields().map(|field| (field.number, field.name.clone(), field.cardinality, field.encoding));
        fields.collect::<Vec<_>>()
    };
    !fields(one).is_empty() && fields(one) == fields(other)
}

/// What a name stands in.
fn outer(name: &str) -> &str {
    name.rfind('.').map_or("", |dot| &name[..dot])
}

/// The rest of the name of what stands in a package.
fn within<'a>(package: &str, name: &'a str) -> Option<&'a str> {
    if package.is_empty() { None } else { name.strip_prefix(package).filter(|rest| rest.starts_with('.')) }
}

/// Packages that are gone while others, with at least half of their types and services, are new.
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

/// The names that are declared in a package, without its own.
fn declared(package: &Package) -> BTreeSet<String> {
    let services = package.services.iter().map(|service| &service.name);
    let all = package.messages.iter().chain(&package.enums).chain(services);
    all.map(|name| name.rsplit('.').next().unwrap_or_default().to_owned()).collect()
}

/// Whether a type is generated in this run, not known from elsewhere.
pub(super) fn is_generated(model: &Model, rust: &TypeName) -> bool {
    model.packages.iter().any(|package| rust.origin == Origin::Local(package.module.clone()))
}

/// The path of a type in Rust, from the root of what is generated.
pub(super) fn rust_path(rust: &TypeName) -> String {
    let module: Vec<String> = match &rust.origin {
        Origin::Local(module) => module.iter().map(ToString::to_string).collect(),
        Origin::Extern(path) => vec![path.clone()],
    };
    module.into_iter().chain(rust.domain.iter().map(ToString::to_string)).collect::<Vec<_>>().join("::")
}
