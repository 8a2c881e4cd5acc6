//! Checks that the comments of a `.proto` are in the docs of the generated code.
//!
//! The comments come from the descriptors of the compiler, the docs from the generated text by a parser of Rust. The
//! model only maps an element of the `.proto` to its Rust item.

use std::collections::BTreeMap;

use prost::Message as _;
use prost_types::{DescriptorProto, EnumDescriptorProto, FileDescriptorProto, ServiceDescriptorProto};
use protoc_gen_rust_svc::{
    model::{Message, Model, Package, TypeName},
    names::Ident,
    read::Input,
    render::Files,
};
use syn::{Attribute, Expr, ExprLit, ImplItem, Item, ItemImpl, Lit, Meta, TraitItem, Type};

/// The comments that were found in generated code, and those that were not.
#[derive(Debug, Default)]
pub struct Comments {
    /// The number of elements with a comment.
    pub found: usize,
    /// Comments with missing words, each with the item that lacks them.
    pub lost: Vec<String>,
}

/// Searches for the comments on all elements: services, methods, messages, fields, oneofs, enums and their values.
pub fn comments(input: &Input, model: &Model, files: &Files) -> Comments {
    let mut comments = Comments::default();
    for package in &model.packages {
        let printed = GeneratedDocs::new(package, files);
        for file in input.files.iter().filter(|file| package.files.contains(&file.descriptor.name)) {
            let file = FileDescriptorProto::decode(&*file.bytes).expect("it was read before");
            CommentSearch { model, package, printed: &printed, file: &file, comments: &mut comments }.file();
        }
    }
    comments
}

/// The docs of a package, by the file of the artefact and the path of the item in it.
struct GeneratedDocs(BTreeMap<String, String>);

impl GeneratedDocs {
    fn new(package: &Package, files: &Files) -> Self {
        let folder: String = package.module.iter().map(|ident| format!("{}/", ident.plain())).collect();
        let mut printed = Self(BTreeMap::new());
        for artefact in [&package.artefacts.domain, &package.artefacts.pb] {
            // A package without types has no such file.
            if let Some(text) = files.get(&format!("{folder}{}.rs", artefact.plain())) {
                printed.items(&artefact.to_string(), syn::parse_file(text).expect("it is Rust").items);
            }
        }
        printed
    }

    fn items(&mut self, place: &str, items: Vec<Item>) {
        for item in items {
            match item {
                Item::Mod(module) => {
                    let items = module.content.map(|(_, items)| items).unwrap_or_default();
                    self.items(&format!("{place}::{}", module.ident), items);
                }
                Item::Struct(item) => {
                    let name = self.item(place, &item.ident, &item.attrs);
                    for field in &item.fields {
                        field.ident.iter().for_each(|ident| drop(self.item(&name, ident, &field.attrs)));
                    }
                }
                Item::Enum(item) => {
                    let name = self.item(place, &item.ident, &item.attrs);
                    item.variants.iter().for_each(|variant| drop(self.item(&name, &variant.ident, &variant.attrs)));
                }
                Item::Trait(item) => {
                    let name = self.item(place, &item.ident, &item.attrs);
                    for method in &item.items {
                        if let TraitItem::Fn(method) = method {
                            self.item(&name, &method.sig.ident, &method.attrs);
                        }
                    }
                }
                Item::Impl(item) if item.trait_.is_none() => self.constants(place, &item),
                _ => (),
            }
        }
    }

    /// Aliases of the values of an enum.
    fn constants(&mut self, place: &str, item: &ItemImpl) {
        let Type::Path(own) = &*item.self_ty else { return };
        let Some(name) = own.path.get_ident().map(|ident| format!("{place}::{ident}")) else { return };
        for constant in &item.items {
            if let ImplItem::Const(constant) = constant {
                self.item(&name, &constant.ident, &constant.attrs);
            }
        }
    }

    fn item(&mut self, place: &str, ident: &syn::Ident, attributes: &[Attribute]) -> String {
        let name = format!("{place}::{ident}");
        self.0.insert(name.clone(), attributes.iter().filter_map(doc).collect::<Vec<_>>().join("\n"));
        name
    }
}

fn doc(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(doc) = &attribute.meta else { return None };
    match &doc.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if doc.path.is_ident("doc") => Some(text.value()),
        _ => None,
    }
}

/// A search for the comments of a file.
struct CommentSearch<'a> {
    model: &'a Model,
    package: &'a Package,
    printed: &'a GeneratedDocs,
    file: &'a FileDescriptorProto,
    comments: &'a mut Comments,
}

impl CommentSearch<'_> {
    fn file(&mut self) {
        let place = self.file.package().to_owned();
        for (index, message) in self.file.message_type.iter().enumerate() {
            self.message(message, &place, &[4, number(index)]);
        }
        for (index, item) in self.file.enum_type.iter().enumerate() {
            self.enumeration(item, &place, &[5, number(index)]);
        }
        for (index, service) in self.file.service.iter().enumerate() {
            self.service(service, &place, &[6, number(index)]);
        }
    }

    fn message(&mut self, descriptor: &DescriptorProto, place: &str, path: &[i32]) {
        let name = full_name(place, descriptor.name());
        for (index, nested) in descriptor.nested_type.iter().enumerate().filter(|(_, nested)| !is_entry(nested)) {
            self.message(nested, &name, &below(path, 3, index));
        }
        for (index, item) in descriptor.enum_type.iter().enumerate() {
            self.enumeration(item, &name, &below(path, 4, index));
        }
        let Some(message) = self.model.message(&name) else { return self.is_missing(&name) };
        let items = self.items(&message.rust);
        self.look(&name, path, &items);
        for (index, field) in descriptor.field.iter().enumerate() {
            let items = self.field(message, &items, field.name());
            self.look(&full_name(&name, field.name()), &below(path, 2, index), &items);
        }
        for (index, declared) in descriptor.oneof_decl.iter().enumerate() {
            // The others are synthetic oneofs of `optional` fields.
            if let Some(oneof) = message.oneofs().find(|oneof| oneof.name == declared.name()) {
                let items = self.items(&oneof.rust);
                self.look(&full_name(&name, declared.name()), &below(path, 8, index), &items);
            }
        }
    }

    /// The items of a field: in its message, or in the enum of its oneof.
    fn field(&self, message: &Message, items: &[String], name: &str) -> Vec<String> {
        let of_oneof = message.oneofs().find_map(|oneof| {
            oneof.fields.iter().find(|field| field.name == name).map(|field| (field, self.items(&oneof.rust)))
        });
        let found = of_oneof.or_else(|| message.field(name).map(|field| (field, items.to_vec())));
        found.map_or_else(Vec::new, |(field, items)| within(&items, &field.ident, &field.wire_ident))
    }

    fn enumeration(&mut self, descriptor: &EnumDescriptorProto, place: &str, path: &[i32]) {
        let name = full_name(place, descriptor.name());
        let Some(item) = self.model.enumeration(&name) else { return self.is_missing(&name) };
        let items = self.items(&item.rust);
        self.look(&name, path, &items);
        for (index, value) in item.values.iter().enumerate() {
            // Plain types have no variant for an unspecified value, and prost messages none for an alias.
            let alias = value.alias_of.as_ref().map(|_| Ident::shouting(value.ident.plain()));
            let mut items = within(&items, alias.as_ref().unwrap_or(&value.ident), &value.wire_ident);
            let is_absent = item.has_unspecified && value.number == 0;
            items.truncate(if alias.is_some() { 1 } else { 2 });
            items.drain(..usize::from(is_absent));
            if !items.is_empty() {
                self.look(&full_name(&name, &value.name), &below(path, 2, index), &items);
            }
        }
    }

    fn service(&mut self, descriptor: &ServiceDescriptorProto, place: &str, path: &[i32]) {
        let name = full_name(place, descriptor.name());
        let Some(service) = self.package.services.iter().find(|service| service.name == name) else {
            return self.is_missing(&name);
        };
        let item = format!("{}::{}", self.package.artefacts.domain, service.ident);
        for (index, method) in service.methods.iter().enumerate() {
            let items = [format!("{item}::{}", method.ident)];
            self.look(&full_name(&name, &method.name), &below(path, 2, index), &items);
        }
        self.look(&name, path, &[item]);
    }

    /// The plain type and the prost message.
    fn items(&self, rust: &TypeName) -> Vec<String> {
        let item = |artefact: &Ident, path: &[Ident]| {
            let parts = std::iter::once(artefact).chain(path).map(ToString::to_string);
            parts.collect::<Vec<_>>().join("::")
        };
        vec![item(&self.package.artefacts.domain, &rust.domain), item(&self.package.artefacts.pb, &rust.wire)]
    }

    /// Searches for the comments on the element at `path` in the docs of items.
    fn look(&mut self, name: &str, path: &[i32], items: &[String]) {
        let comment = self.comment(path);
        if words(&comment).next().is_none() {
            return;
        }
        self.comments.found += 1;
        if items.is_empty() {
            self.is_missing(name);
        }
        for item in items {
            let docs = self.printed.0.get(item);
            let lost = docs.map_or(Some("the item itself"), |docs| first_lost(&comment, docs));
            self.comments.lost.extend(lost.map(|word| format!("{name}: {item} lacks {word:?} of {comment:?}")));
        }
    }

    /// The comments before the element and after it.
    fn comment(&self, path: &[i32]) -> String {
        let locations = self.file.source_code_info.iter().flat_map(|info| &info.location);
        let Some(location) = locations.into_iter().find(|location| location.path == path) else { return String::new() };
        format!("{}\n{}", location.leading_comments(), location.trailing_comments())
    }

    fn is_missing(&mut self, name: &str) {
        self.comments.lost.push(format!("{name} is not printed at all"));
    }
}

/// The members of items: of the plain type and of the prost message.
fn within(items: &[String], own: &Ident, wire: &Ident) -> Vec<String> {
    items.iter().zip([own, wire]).map(|(item, ident)| format!("{item}::{ident}")).collect()
}

/// The first word of a comment that is not in docs after the previous words.
fn first_lost<'a>(comment: &'a str, docs: &str) -> Option<&'a str> {
    let mut docs = words(docs);
    words(comment).find(|word| !docs.any(|other| other == *word))
}

/// The words of a text, without its layout, its escapes and the fences of its code.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().filter(|line| !["```", "~~~"].iter().any(|fence| line.trim_start().starts_with(fence)));
    lines.flat_map(|line| line.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()))
}

fn below(path: &[i32], field: i32, index: usize) -> Vec<i32> {
    [path, &[field, number(index)]].concat()
}

fn number(index: usize) -> i32 {
    i32::try_from(index).expect("no file is that long")
}

fn full_name(place: &str, name: &str) -> String {
    if place.is_empty() { name.to_owned() } else { format!("{place}.{name}") }
}

fn is_entry(message: &DescriptorProto) -> bool {
    message.options.as_ref().is_some_and(|options| options.map_entry())
}
