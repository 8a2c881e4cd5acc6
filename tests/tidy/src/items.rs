//! The types and functions of a file, outside its tests.

use syn::{
    Ident, ImplItemFn, Item, ItemFn, Signature, TraitItemFn,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::{
    attributes::{attributes, is_test_only},
    repository,
};

/// A type that a file defines.
pub struct TypeName {
    /// Its name.
    pub name: String,
    /// The file and line, as `path:line`.
    pub position: String,
}

/// A function that a file defines.
pub struct Function {
    /// Its name.
    pub name: String,
    /// The file and line, as `path:line`.
    pub position: String,
    /// How many lines it takes, from its signature to its end.
    pub lines: usize,
}

/// The structs, enums, traits, unions and type aliases of a file, private ones included.
pub fn type_names(path: &str) -> Vec<TypeName> {
    visit_file(path).types
}

/// The functions of a file that have a body.
pub fn functions(path: &str) -> Vec<Function> {
    visit_file(path).functions
}

/// The items of a file that are neither modules, re-exports, documentation nor tests, by their names.
pub fn code_items(path: &str) -> Vec<String> {
    let file = syn::parse_file(&repository::read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let is_list =
        |item: &Item| matches!(item, Item::Mod(module) if module.content.is_none()) || matches!(item, Item::Use(_));
    let code = file.items.iter().filter(|item| !is_list(item) && !is_test_only(attributes(item)));
    code.map(|item| crate::crate_tree::name_of(item).unwrap_or_else(|| "an impl".to_owned())).collect()
}

fn visit_file(path: &str) -> Visitor {
    let file = syn::parse_file(&repository::read(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut visitor = Visitor { path: path.to_owned(), types: Vec::new(), functions: Vec::new() };
    visitor.visit_file(&file);
    visitor
}

struct Visitor {
    path: String,
    types: Vec<TypeName>,
    functions: Vec<Function>,
}

impl Visitor {
    fn position(&self, name: &Ident) -> String {
        format!("{}:{}", self.path, name.span().start().line)
    }

    fn add_type(&mut self, name: &Ident) {
        self.types.push(TypeName { name: name.to_string(), position: self.position(name) });
    }

    fn add_function(&mut self, signature: &Signature, end: usize) {
        let lines = end + 1 - signature.span().start().line;
        let position = self.position(&signature.ident);
        self.functions.push(Function { name: signature.ident.to_string(), position, lines });
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item(&mut self, item: &'ast Item) {
        if is_test_only(attributes(item)) {
            return;
        }
        match item {
            Item::Enum(item) => self.add_type(&item.ident),
            Item::Struct(item) => self.add_type(&item.ident),
            Item::Trait(item) => self.add_type(&item.ident),
            Item::Type(item) => self.add_type(&item.ident),
            Item::Union(item) => self.add_type(&item.ident),
            _ => {}
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.add_function(&function.sig, function.block.span().end().line);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        self.add_function(&function.sig, function.block.span().end().line);
        visit::visit_impl_item_fn(self, function);
    }

    fn visit_trait_item_fn(&mut self, function: &'ast TraitItemFn) {
        if let Some(block) = &function.default {
            self.add_function(&function.sig, block.span().end().line);
        }
        visit::visit_trait_item_fn(self, function);
    }
}
