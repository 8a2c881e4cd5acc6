//! Edits prost-build's output: documentation, types of messages, names of enum values, attributes for lints.

use std::sync::PoisonError;

use prost_build::Module;
use syn::{
    Attribute, File, ImplItem, Item, ItemEnum, ItemImpl, ItemMod, ItemStruct, Lit, LitInt, LitStr, Type, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::{
    generate::ProstOutput,
    known::{KnownMember, KnownTypes, TypeDocs, known_types},
    placeholder,
};
use crate::{
    docs::Docs,
    lower::Lowered,
    model::{Package, grouped},
    names::Ident,
    render::{
        Unprintable,
        tokens::{doc_attribute, path_type},
    },
};

/// Returns the messages of a package.
pub(in crate::render) fn file(lowered: &Lowered, package: &Package, output: &ProstOutput) -> Result<File, Unprintable> {
    let code = output.lock().unwrap_or_else(PoisonError::into_inner).remove(&module(package));
    let mut file = syn::parse_file(&code.unwrap_or_default())?;
    file.attrs.clear();
    let known = known_types(&lowered.model, package);
    let root = Place { known: &known, package: &package.module, modules: Vec::new() };
    file.items.iter_mut().try_for_each(|item| root.edit(item))?;
    Ok(file)
}

/// Returns the module of the messages of a package in the output of prost-build.
fn module(package: &Package) -> Module {
    let segments = package.module.iter().chain([&package.artefacts.pb]).map(Ident::plain);
    Module::from_protobuf_package_name(&segments.collect::<Vec<_>>().join("."))
}

/// A module of prost messages.
struct Place<'a> {
    known: &'a KnownTypes<'a>,
    package: &'a [Ident],
    /// Its path in the file.
    modules: Vec<String>,
}

impl<'a> Place<'a> {
    fn edit(&self, item: &mut Item) -> Result<(), Unprintable> {
        match item {
            Item::Mod(item) => self.edit_module(item)?,
            Item::Struct(item) => {
                if let Some(known) = self.known_type(&item.ident) {
                    self.edit_struct(item, known)?;
                }
            }
            Item::Enum(item) => {
                if let Some(known) = self.known_type(&item.ident) {
                    self.edit_enum(item, known)?;
                }
            }
            Item::Impl(item) => {
                if let Some(known) = type_name(&item.self_ty).and_then(|name| self.known_type(name)) {
                    edit_functions(item, known);
                }
            }
            _ => (),
        }
        Ok(())
    }

    fn known_type(&self, name: &syn::Ident) -> Option<&'a TypeDocs<'a>> {
        let path: String = self.modules.iter().map(|module| format!("::{module}")).collect();
        self.known.get(&format!("{path}::{name}"))
    }

    fn edit_module(&self, module: &mut ItemMod) -> Result<(), Unprintable> {
        let modules = self.modules.iter().cloned().chain([module.ident.to_string()]).collect();
        let inner = Place { modules, ..*self };
        let mut items = module.content.iter_mut().flat_map(|(_, items)| items);
        items.try_for_each(|item| inner.edit(item))
    }

    fn edit_struct(&self, item: &mut ItemStruct, known: &TypeDocs<'_>) -> Result<(), Unprintable> {
        document(&mut item.attrs, known.docs);
        for field in &mut item.fields {
            let name = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
            let Some(member) = known.members.get(name.as_str()) else { continue };
            if self.replace(&mut field.ty, member)? {
                placeholder::add_boxed(&mut field.attrs);
            }
            document(&mut field.attrs, member.docs);
        }
        Ok(())
    }

    fn edit_enum(&self, item: &mut ItemEnum, known: &TypeDocs<'_>) -> Result<(), Unprintable> {
        document(&mut item.attrs, known.docs);
        for variant in &mut item.variants {
            let Some(member) = known.members.get(variant.ident.to_string().as_str()) else { continue };
            for field in &mut variant.fields {
                self.replace(&mut field.ty, member)?;
            }
            variant.discriminant.iter_mut().for_each(|(_, number)| GroupedDigits.visit_expr_mut(number));
            document(&mut variant.attrs, member.docs);
        }
        Ok(())
    }

    /// Replaces the placeholder of a member with its message. Returns whether it is boxed.
    fn replace(&self, holder: &mut Type, member: &KnownMember<'_>) -> Result<bool, Unprintable> {
        let Some((message, is_boxed)) = member.message else { return Ok(false) };
        let path = message.wire_within(self.package, &self.modules);
        placeholder::replace(holder, path_type(&path)?, is_boxed);
        Ok(is_boxed)
    }
}

fn document(attributes: &mut Vec<Attribute>, docs: &Docs) {
    attributes.splice(0..0, docs.lines().map(doc_attribute));
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
        if let ImplItem::Fn(function) = function {
            function.attrs.push(parse_quote!(#[must_use]));
        }
    }
    if !known.renamed.is_empty() {
        ValueRenamer(known).visit_item_impl_mut(item);
    }
}

/// Separates the digits of long numbers.
struct GroupedDigits;

impl VisitMut for GroupedDigits {
    fn visit_lit_int_mut(&mut self, number: &mut LitInt) {
        *number = LitInt::new(&grouped(number.base10_digits()), number.span());
    }
}

/// Gives enum values the names that they have in the `.proto`.
struct ValueRenamer<'a>(&'a TypeDocs<'a>);

impl VisitMut for ValueRenamer<'_> {
    fn visit_lit_mut(&mut self, literal: &mut Lit) {
        if let Lit::Str(text) = literal
            && let Some(name) = self.0.renamed.get(text.value().as_str())
        {
            *text = LitStr::new(name, text.span());
        }
        visit_mut::visit_lit_mut(self, literal);
    }

    /// Skips documentation, which may contain the same text.
    fn visit_attribute_mut(&mut self, _: &mut Attribute) {}
}
