//! Checks that names of items are unique in a module, and names of fields, variants and functions in an item.

use std::collections::HashSet;

use syn::{Fields, File, ImplItem, Item, TraitItem};

/// Fails with the first duplicate name.
pub(super) fn check(file: &File) -> Result<(), String> {
    module(&file.items)
}

fn module(items: &[Item]) -> Result<(), String> {
    unique(items.iter().filter_map(type_name))?;
    unique(items.iter().filter_map(value_name))?;
    items.iter().try_for_each(inside)?;
    let implemented = items.iter().filter_map(|item| match item {
        Item::Impl(item) => item.trait_.as_ref().map(|of| format!("{of:?} {:?}", item.self_ty)),
        _ => None,
    });
    unique(implemented).map_err(|debug| identifiers(&debug))
}

/// The identifiers in the debug text of a syntax tree.
fn identifiers(debug: &str) -> String {
    let idents = debug.split("Ident(").skip(1).filter_map(|rest| rest.split(')').next());
    idents.collect::<Vec<_>>().join(" ")
}

fn unique(names: impl Iterator<Item = String>) -> Result<(), String> {
    let mut seen = HashSet::new();
    names.into_iter().try_for_each(|name| if seen.insert(name.clone()) { Ok(()) } else { Err(name) })
}

fn type_name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Struct(item) => item.ident.to_string(),
        Item::Enum(item) => item.ident.to_string(),
        Item::Trait(item) => item.ident.to_string(),
        Item::Type(item) => item.ident.to_string(),
        Item::Mod(item) => item.ident.to_string(),
        _ => return None,
    })
}

fn value_name(item: &Item) -> Option<String> {
    Some(match item {
        Item::Fn(item) => item.sig.ident.to_string(),
        Item::Const(item) => item.ident.to_string(),
        Item::Static(item) => item.ident.to_string(),
        _ => return None,
    })
    .filter(|name| name != "_")
}

fn inside(item: &Item) -> Result<(), String> {
    match item {
        Item::Mod(item) => item.content.as_ref().map_or(Ok(()), |(_, items)| module(items)),
        Item::Struct(item) => fields(&item.fields),
        Item::Enum(item) => unique(item.variants.iter().map(|variant| variant.ident.to_string())),
        Item::Trait(item) => unique(item.items.iter().filter_map(|item| match item {
            TraitItem::Fn(item) => Some(item.sig.ident.to_string()),
            _ => None,
        })),
        Item::Impl(item) => unique(item.items.iter().filter_map(|item| match item {
            ImplItem::Fn(item) => Some(item.sig.ident.to_string()),
            ImplItem::Const(item) => Some(item.ident.to_string()),
            _ => None,
        })),
        _ => Ok(()),
    }
}

fn fields(fields: &Fields) -> Result<(), String> {
    unique(fields.iter().filter_map(|field| field.ident.as_ref().map(ToString::to_string)))
}
