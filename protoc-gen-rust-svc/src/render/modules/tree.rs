//! The modules of a crate.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::{
    model::{Model, Package, Part},
    names::Ident,
};

/// The packages of a crate, and the modules that lead to them.
pub(in crate::render) struct ModuleTree<'a> {
    /// The crate, if the packages are split into crates.
    pub(in crate::render) part: Option<&'a Part>,
    /// Its packages.
    pub(in crate::render) packages: Vec<&'a Package>,
    /// Its modules, by their paths.
    pub(in crate::render) modules: BTreeMap<&'a [Ident], Module<'a>>,
}

/// A module of a crate.
#[derive(Default)]
pub(in crate::render) struct Module<'a> {
    /// The package that it holds.
    pub(in crate::render) package: Option<&'a Package>,
    /// The feature that enables the package.
    pub(super) feature: Option<&'a str>,
    /// The crate that has the package, if it is not this one.
    pub(super) origin: Option<&'a str>,
    /// The modules below.
    pub(super) children: BTreeSet<&'a Ident>,
}

impl Module<'_> {
    /// Whether it is only the name of a module of another crate.
    pub(super) fn is_import(&self) -> bool {
        self.origin.is_some() && self.children.is_empty()
    }
}

impl<'a> ModuleTree<'a> {
    /// Returns the tree of each crate.
    pub(in crate::render) fn all(model: &'a Model) -> Vec<Self> {
        if model.crates.is_empty() {
            return vec![Self::whole(model)];
        }
        let by_name: HashMap<&str, &Part> = model.crates.iter().map(|part| (part.name.as_str(), part)).collect();
        model.crates.iter().map(|part| Self::of_crate(model, part, &by_name)).collect()
    }

    fn whole(model: &'a Model) -> Self {
        let mut tree = Self::empty(None, model.packages.iter().collect());
        for part in &model.features {
            for package in model.packages_of(part) {
                tree.modules.entry(&package.module).or_default().feature = Some(&part.name);
            }
        }
        tree
    }

    fn of_crate(model: &'a Model, part: &'a Part, by_name: &HashMap<&str, &'a Part>) -> Self {
        let mut tree = Self::empty(Some(part), model.packages_of(part));
        for used in part.uses.iter().filter_map(|name| by_name.get(name.as_str())) {
            for package in model.packages_of(used) {
                tree.add(&package.module).origin = Some(&used.name);
            }
        }
        tree
    }

    fn empty(part: Option<&'a Part>, packages: Vec<&'a Package>) -> Self {
        let mut tree = Self { part, packages: Vec::new(), modules: BTreeMap::new() };
        tree.modules.entry(&[]).or_default();
        for package in &packages {
            tree.add(&package.module).package = Some(package);
        }
        tree.packages = packages;
        tree
    }

    /// Adds a module and those around it.
    fn add(&mut self, path: &'a [Ident]) -> &mut Module<'a> {
        for (depth, child) in path.iter().enumerate() {
            self.modules.entry(&path[..depth]).or_default().children.insert(child);
        }
        self.modules.entry(path).or_default()
    }

    /// Returns the modules that have files, with their paths.
    pub(in crate::render) fn files(&self) -> impl Iterator<Item = (&'a [Ident], &Module<'a>)> {
        self.modules
            .iter()
            .filter(|(path, module)| path.is_empty() || !module.is_import())
            .map(|(path, module)| (*path, module))
    }

    /// Returns the path of a file in a module.
    pub(in crate::render) fn path(&self, module: &[Ident], file: &str) -> String {
        let folders: String = module.iter().map(|ident| format!("{}/", ident.plain())).collect();
        match self.part {
            None => format!("{folders}{file}.rs"),
            Some(part) if module.is_empty() && file == MODULE_FILE => format!("{}/src/lib.rs", part.name),
            Some(part) => format!("{}/src/{folders}{file}.rs", part.name),
        }
    }
}

/// The name of the file of a module.
pub(in crate::render) const MODULE_FILE: &str = "mod";
