//! Placeholders of messages in the output of prost-build, replaced with types.

use quote::quote;
use syn::{Attribute, GenericArgument, Meta, PathArguments, Type, TypePath, parse_quote};

use super::generate::PLACEHOLDER;

/// Replaces the placeholder in a type.
pub(super) fn replace(holder: &mut Type, message: Type, is_boxed: bool) {
    if let Some(place) = find(holder) {
        *place = match is_boxed {
            true => parse_quote!(::rust_svc::prost::alloc::boxed::Box<#message>),
            false => message,
        };
    }
}

/// Finds the placeholder, which may be in an `Option`.
fn find(holder: &mut Type) -> Option<&mut Type> {
    let Type::Path(TypePath { path, .. }) = &*holder else { return None };
    if path.segments.first().is_some_and(|first| first.ident == PLACEHOLDER) {
        return Some(holder);
    }
    let Type::Path(TypePath { path, .. }) = holder else { return None };
    let PathArguments::AngleBracketed(arguments) = &mut path.segments.last_mut()?.arguments else { return None };
    arguments.args.iter_mut().find_map(|argument| match argument {
        GenericArgument::Type(inner) => find(inner),
        _ => None,
    })
}

/// Adds `boxed` to the attribute of a field, in front of its tag.
pub(super) fn add_boxed(attributes: &mut [Attribute]) {
    for attribute in attributes.iter_mut().filter(|attribute| attribute.path().is_ident("prost")) {
        if let Meta::List(list) = &mut attribute.meta {
            let mut tokens = Vec::new();
            for token in std::mem::take(&mut list.tokens) {
                if token.to_string() == "tag" {
                    tokens.push(quote!(boxed,));
                }
                tokens.push(quote!(#token));
            }
            list.tokens = tokens.into_iter().collect();
        }
    }
}
