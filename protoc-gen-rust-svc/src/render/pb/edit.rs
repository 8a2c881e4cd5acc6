//! Documentation, lints' attributes and the names of enum values, added to the output of prost-build.

use prost_build::Module;
use syn::{
    Attribute, Item, ItemEnum, ItemImpl, ItemMod, ItemStruct, Lit, LitStr, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    generate::ProstOutput,
    known::{KnownTypes, TypeDocs, known_types},
};
use crate::{
    docs::Docs,
    lower::{Lowered, WireFile},
    model::Package,
    render::{Unprintable, tokens::doc_attribute},
};

/// Returns the messages of a package, with documentation.
pub(in crate::render) fn file(
    lowered: &Lowered,
    package: &Package,
    output: &ProstOutput,
) -> Result<syn::File, Unprintable> {
    let code = output.get(&module(&lowered.wire, package)).map_or("", String::as_str);
    let mut file = syn::parse_file(code)?;
    file.attrs.clear();
    let known = known_types(&lowered.model, package);
    file.items.iter_mut().for_each(|item| edit(item, "", &known));
    Ok(file)
}

fn module(files: &[WireFile], package: &Package) -> Module {
    let file = files.iter().find(|file| file.package == package.name);
    Module::from_protobuf_package_name(file.map_or("", |file| file.descriptor.package()))
}

/// Edits an item of the module at a path.
fn edit(item: &mut Item, path: &str, known: &KnownTypes<'_>) {
    let known_type = |name: &syn::Ident| known.get(&format!("{path}::{name}"));
    match item {
        Item::Mod(item) => edit_module(item, path, known),
        Item::Struct(item) => known_type(&item.ident).into_iter().for_each(|docs| document_struct(item, docs)),
        Item::Enum(item) => known_type(&item.ident).into_iter().for_each(|docs| document_enum(item, docs)),
        Item::Impl(item) => {
            let name = type_name(&item.self_ty).cloned();
            name.and_then(|name| known_type(&name)).into_iter().for_each(|docs| edit_functions(item, docs));
        }
        _ => (),
    }
}

fn edit_module(module: &mut ItemMod, path: &str, known: &KnownTypes<'_>) {
    let path = format!("{path}::{}", module.ident);
    let items = module.content.iter_mut().flat_map(|(_, items)| items);
    items.for_each(|item| edit(item, &path, known));
}

fn document_struct(item: &mut ItemStruct, known: &TypeDocs<'_>) {
    document(&mut item.attrs, Some(known.docs));
    for field in &mut item.fields {
        let name = field.ident.as_ref().map(ToString::to_string);
        document(&mut field.attrs, name.and_then(|name| known.members.get(name.as_str()).copied()));
    }
}

fn document_enum(item: &mut ItemEnum, known: &TypeDocs<'_>) {
    document(&mut item.attrs, Some(known.docs));
    for variant in &mut item.variants {
        document(&mut variant.attrs, known.members.get(variant.ident.to_string().as_str()).copied());
    }
}

fn document(attributes: &mut Vec<Attribute>, docs: Option<&Docs>) {
    attributes.splice(0..0, docs.into_iter().flat_map(Docs::lines).map(doc_attribute));
}

fn type_name(self_type: &Type) -> Option<&syn::Ident> {
    match self_type {
        Type::Path(path) => path.path.segments.last().map(|segment| &segment.ident),
        _ => None,
    }
}

/// Edits the functions of an enum, which convert its values from and to their names.
fn edit_functions(item: &mut ItemImpl, known: &TypeDocs<'_>) {
    for function in &mut item.items {
        if let syn::ImplItem::Fn(function) = function {
            function.attrs.push(parse_quote!(#[must_use]));
        }
    }
    if !known.renamed.is_empty() {
        Renamed(known).visit_item_impl_mut(item);
    }
}

/// Gives enum values the names that they have in the `.proto`.
struct Renamed<'a>(&'a TypeDocs<'a>);

impl VisitMut for Renamed<'_> {
    fn visit_lit_mut(&mut self, literal: &mut Lit) {
        if let Lit::Str(text) = literal
            && let Some(name) = self.0.renamed.get(text.value().as_str())
        {
            *text = LitStr::new(name, text.span());
        }
        visit_mut::visit_lit_mut(self, literal);
    }

    /// Documentation is not a name.
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
}
