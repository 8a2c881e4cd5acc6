//! Splits packages into crates or features.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::graph::{Cycles, Edges};
use crate::{
    model::{Form, Model, Origin, Package, Part, Value},
    names::Ident,
    options::Split,
};

/// The name of the part with files that have no package.
const NO_PACKAGE: &str = "no-package";

/// The suffix of a name that a crate or a feature cannot have.
const SUFFIX: &str = "proto";

/// Crates that Rust or the generated code names, and the feature that Cargo enables by default.
const TAKEN: &[&str] = &["alloc", "core", "default", "proc_macro", "rust_svc", "std", "test"];

/// Splits the packages. Packages that use each other can be separate features, but share a crate.
pub(super) fn split_packages(model: &mut Model, split: Split) {
    match split {
        Split::None => (),
        Split::Features => model.features = parts(model, |uses| (0..uses.len()).map(|index| vec![index]).collect()),
        Split::Crates => model.crates = parts(model, cycles),
    }
}

fn parts(model: &Model, group: impl Fn(&[PackageUses]) -> Vec<Vec<usize>>) -> Vec<Part> {
    let uses = package_uses(model);
    let groups = group(&uses);
    let names = names(model, &groups);
    let members = groups.iter().enumerate().flat_map(|(group, packages)| packages.iter().map(move |at| (*at, group)));
    let group_of: HashMap<usize, usize> = members.collect();
    let part = |(group, packages): (usize, &Vec<usize>)| {
        let used = packages.iter().flat_map(|index| &uses[*index].packages).map(|index| group_of[index]);
        Part {
            name: names[group].clone(),
            packages: packages.clone(),
            uses: used.filter(|other| *other != group).map(|other| names[other].clone()).collect(),
            crates: packages.iter().flat_map(|index| uses[*index].crates.clone()).collect(),
        }
    };
    groups.iter().enumerate().map(part).collect()
}

/// The packages and crates that the code of a package uses.
#[derive(Default)]
struct PackageUses {
    packages: BTreeSet<usize>,
    crates: BTreeSet<String>,
}

fn package_uses(model: &Model) -> Vec<PackageUses> {
    let indexes: HashMap<Origin, usize> =
        model.packages.iter().enumerate().map(|(index, package)| (package.origin(), index)).collect();
    let mut uses: Vec<_> = model.packages.iter().map(|package| method_uses(model, package, &indexes)).collect();
    for message in model.messages.values() {
        let Some(own) = indexes.get(&message.rust.origin).and_then(|index| uses.get_mut(*index)) else { continue };
        own.add(model, &message.name, &indexes);
        for field in message.fields() {
            if let Value::Message(name) | Value::Enum(name) = &field.value {
                own.add(model, name, &indexes);
            }
        }
    }
    uses
}

/// The uses by the methods of a package.
fn method_uses(model: &Model, package: &Package, indexes: &HashMap<Origin, usize>) -> PackageUses {
    let mut uses = PackageUses::default();
    for method in package.services.iter().flat_map(|service| &service.methods) {
        uses.add(model, &method.request_name, indexes);
        uses.add(model, &method.response_name, indexes);
    }
    uses
}

impl PackageUses {
    /// Adds what code with a type uses.
    fn add(&mut self, model: &Model, name: &str, indexes: &HashMap<Origin, usize>) {
        let (message, item) = (model.message(name), model.enumeration(name));
        if let Some(Form::Custom(custom)) = message.map(|message| &message.form) {
            self.crates.extend(crate_of(&custom.path));
        }
        match message.map(|message| &message.rust).or(item.map(|item| &item.rust)).map(|rust| &rust.origin) {
            Some(Origin::Extern(path)) => self.crates.extend(crate_of(path)),
            Some(local) => self.packages.extend(indexes.get(local)),
            None => (),
        }
    }
}

/// The crate of an absolute path.
fn crate_of(path: &str) -> Option<String> {
    let name = path.strip_prefix("::")?.split("::").next()?;
    (name != "rust_svc").then(|| name.to_owned())
}

/// Groups the packages that use each other, in the order of the first of each group.
fn cycles(uses: &[PackageUses]) -> Vec<Vec<usize>> {
    let key = |index: &usize| format!("{index}");
    let edges: Edges =
        uses.iter().enumerate().map(|(index, uses)| (key(&index), uses.packages.iter().map(key).collect())).collect();
    let cycles = Cycles::new(&edges);
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for index in 0..uses.len() {
        groups.entry(cycles.number(&key(&index)).unwrap_or(index)).or_default().push(index);
    }
    let mut groups: Vec<_> = groups.into_values().collect();
    groups.sort();
    groups
}

/// The name of each part, from the module of its first package. Colliding names get a numeric suffix.
fn names(model: &Model, groups: &[Vec<usize>]) -> Vec<String> {
    let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
    let mut take = |packages: &Vec<usize>| {
        let own = packages.first().map_or(NO_PACKAGE.to_owned(), |index| part_name(&model.packages[*index]));
        let suffixed = (2..).map(|number| format!("{own}-{number}"));
        let mut candidates = [own.clone()].into_iter().chain(suffixed);
        // Cargo replaces dashes with underscores.
        candidates.find(|name| taken.insert(name.replace('-', "_"))).unwrap_or(own)
    };
    groups.iter().map(&mut take).collect()
}

fn part_name(package: &Package) -> String {
    let name = package.module.iter().map(Ident::plain).collect::<Vec<_>>().join("-");
    let is_taken =
        TAKEN.contains(&name.as_str()) || package.module.iter().any(|ident| ident.as_str() == format!("r#{name}"));
    match name.as_str() {
        "" => NO_PACKAGE.to_owned(),
        _ if is_taken => format!("{name}-{SUFFIX}"),
        _ => name,
    }
}
