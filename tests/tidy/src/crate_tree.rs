//! The modules of a crate, and the file that a path leads to.

use std::collections::{BTreeMap, BTreeSet};

use syn::{Expr, ExprLit, Item, ItemMod, Lit, Meta, visit::Visit};

use crate::{
    attributes::{attributes, is_test_only},
    mentions::{Imports, Mentions, Segments},
    repository,
};

/// The modules of a crate outside its tests, found from its root.
pub struct CrateTree {
    /// The name by which the crate may call itself.
    name: String,
    pub(crate) modules: Vec<Module>,
}

/// A module: a file, or a part of one.
pub(crate) struct Module {
    pub(crate) file: String,
    pub(crate) mentions: Vec<Segments>,
    parent: Option<usize>,
    children: BTreeMap<String, usize>,
    items: BTreeSet<String>,
    imports: BTreeMap<String, Segments>,
    globs: Vec<Segments>,
}

/// The place that a path leads to.
#[derive(Clone, Copy)]
pub(crate) enum Place {
    Module(usize),
    Item { module: usize },
}

impl CrateTree {
    /// Reads a crate from its root file, such as `rust-svc/src/lib.rs`.
    pub fn read(name: &str, root: &str) -> Self {
        let mut tree = Self { name: name.replace('-', "_"), modules: Vec::new() };
        let folder = root.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
        let items = parse(root);
        tree.add(root.to_owned(), &folder, None, &items);
        tree
    }

    /// Adds a module and those below it. `folder` is where the files of its children lie.
    fn add(&mut self, file: String, folder: &str, parent: Option<usize>, items: &[Item]) -> usize {
        let index = self.modules.len();
        self.modules.push(Module::new(file, parent, items));
        let modules = items.iter().filter_map(|item| match item {
            Item::Mod(module) if !is_test_only(&module.attrs) => Some(module),
            _ => None,
        });
        for module in modules {
            let child = self.add_child(index, folder, module);
            self.modules[index].children.extend(child.map(|child| (plain(&module.ident), child)));
        }
        index
    }

    fn add_child(&mut self, parent: usize, folder: &str, module: &ItemMod) -> Option<usize> {
        let name = plain(&module.ident);
        let below = format!("{folder}/{name}");
        if let Some((_, items)) = &module.content {
            let file = self.modules[parent].file.clone();
            return Some(self.add(file, &below, Some(parent), items));
        }
        let given = path_attribute(module).map(|path| format!("{folder}/{path}"));
        let candidates = given.into_iter().chain([format!("{below}.rs"), format!("{below}/mod.rs")]);
        let file = candidates.into_iter().find(|path| repository::root().join(path).is_file())?;
        if repository::is_generated(&file) {
            return None;
        }
        let items = parse(&file);
        Some(self.add(file, &below, Some(parent), &items))
    }

    /// Finds the item that a path in a module leads to. `None` if it leads out of the crate.
    pub(crate) fn resolve(&self, module: usize, path: &[String]) -> Option<Place> {
        self.follow(module, path, &mut BTreeSet::new())
    }

    fn follow(&self, module: usize, path: &[String], seen: &mut BTreeSet<(usize, String)>) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let start = match first.as_str() {
            "crate" => Place::Module(0),
            "self" => Place::Module(module),
            "super" => Place::Module(self.modules[module].parent?),
            name => match self.look_up(module, name, seen) {
                Some(place) => place,
                None if name == self.name => Place::Module(0),
                None => return None,
            },
        };
        rest.iter().try_fold(start, |place, segment| match place {
            Place::Module(module) if segment == "super" => Some(Place::Module(self.modules[module].parent?)),
            Place::Module(module) => self.look_up(module, segment, seen),
            item => Some(item),
        })
    }

    fn look_up(&self, module: usize, name: &str, seen: &mut BTreeSet<(usize, String)>) -> Option<Place> {
        if !seen.insert((module, name.to_owned())) {
            return None;
        }
        let found = &self.modules[module];
        let place = if let Some(child) = found.children.get(name) {
            Some(Place::Module(*child))
        } else if found.items.contains(name) {
            Some(Place::Item { module })
        } else if let Some(path) = found.imports.get(name) {
            self.follow(module, path, seen)
        } else {
            found.globs.iter().find_map(|glob| match self.follow(module, glob, seen)? {
                Place::Module(module) => self.look_up(module, name, seen),
                Place::Item { .. } => None,
            })
        };
        seen.remove(&(module, name.to_owned()));
        place
    }
}

impl Module {
    fn new(file: String, parent: Option<usize>, items: &[Item]) -> Self {
        let (mut imports, mut mentions) = (Imports::default(), Mentions::default());
        let mut names = BTreeSet::new();
        for item in items.iter().filter(|item| !is_test_only(attributes(item))) {
            mentions.visit_item(item);
            names.extend(name_of(item));
            if let Item::Use(item) = item {
                imports.add(&[], &item.tree);
            }
        }
        Self {
            file,
            parent,
            mentions: mentions.0,
            children: BTreeMap::new(),
            items: names,
            imports: imports.names.into_iter().collect(),
            globs: imports.globs,
        }
    }
}

fn parse(path: &str) -> Vec<Item> {
    syn::parse_file(&repository::read(path)).unwrap_or_else(|error| panic!("{path}: {error}")).items
}

fn plain(name: &syn::Ident) -> String {
    name.to_string().trim_start_matches("r#").to_owned()
}

/// The name that an item defines.
pub(crate) fn name_of(item: &Item) -> Option<String> {
    let name = match item {
        Item::Const(item) => &item.ident,
        Item::Enum(item) => &item.ident,
        Item::Fn(item) => &item.sig.ident,
        Item::Macro(item) => item.ident.as_ref()?,
        Item::Static(item) => &item.ident,
        Item::Struct(item) => &item.ident,
        Item::Trait(item) => &item.ident,
        Item::Type(item) => &item.ident,
        Item::Union(item) => &item.ident,
        _ => return None,
    };
    Some(name.to_string())
}

/// The file that `#[path = "..."]` names.
fn path_attribute(module: &ItemMod) -> Option<String> {
    module.attrs.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(path), .. }) => Some(path.value()),
            _ => None,
        },
        _ => None,
    })
}
