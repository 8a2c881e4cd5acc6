//! Functions for fields with a default value, which return it if the field is absent.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::field_types::DomainTypes;
use crate::{
    model::{Cardinality, DefaultValue, Enum, Field, Member, Message, Value, grouped},
    names::{Ident, Scope},
    render::tokens::{code, deprecated, doc},
};

/// Returns the functions of a message.
pub(super) fn functions(types: &DomainTypes<'_>, message: &Message, place: &[Ident]) -> TokenStream {
    let mut names = Scope::default();
    let fields = message.members.iter().filter_map(|member| match member {
        Member::Field(field) if field.cardinality == Cardinality::Optional && !field.required => Some(field),
        Member::Field(_) | Member::Oneof(_) => None,
    });
    let functions: TokenStream = fields.filter_map(|field| function(types, field, &mut names, place)).collect();
    let name = message.rust.ident();
    if functions.is_empty() { functions } else { quote!(impl #name { #functions }) }
}

fn function(types: &DomainTypes<'_>, field: &Field, names: &mut Scope, place: &[Ident]) -> Option<TokenStream> {
    let (returns, value) = default_value(types, field, place)?;
    let is_borrowed = matches!(&field.default, Some(DefaultValue::Text(_) | DefaultValue::Bytes(_)));
    let as_deref = is_borrowed.then(|| quote!(.as_deref()));
    let name = names.take(Ident::snake(&format!("{}_or_default", field.ident.plain())));
    let (docs, deprecated, ident) = (docs(field), deprecated(field.deprecated), &field.ident);
    Some(quote! {
        #docs #deprecated
        #[must_use]
        pub fn #name(&self) -> #returns {
            self.#ident #as_deref.unwrap_or(#value)
        }
    })
}

/// Returns the type and the value of a default.
fn default_value(types: &DomainTypes<'_>, field: &Field, place: &[Ident]) -> Option<(TokenStream, TokenStream)> {
    match (field.default.as_ref()?, &field.value) {
        (DefaultValue::Plain(value), Value::Scalar(scalar)) => Some((code(scalar.rust()), code(&grouped(value)))),
        (DefaultValue::Text(text), _) => Some((quote!(&str), quote!(#text))),
        (DefaultValue::Bytes(bytes), _) => {
            let bytes = Literal::byte_string(bytes);
            Some((quote!(&[u8]), quote!(#bytes)))
        }
        (DefaultValue::Enum(value), Value::Enum(name)) => {
            let item = types.model.enumeration(name)?;
            let (rust, variant) = (types.name(&item.rust, place), variant(item, value)?);
            Some((rust.clone(), quote!(#rust::#variant)))
        }
        _ => None,
    }
}

/// Returns the variant of a value or of its alias. The unspecified value has none.
fn variant<'a>(item: &'a Enum, name: &str) -> Option<&'a Ident> {
    let value = item.values.iter().find(|value| value.name == name)?;
    let is_kept = !(item.has_unspecified && value.number == 0);
    is_kept.then(|| value.alias_of.as_ref().unwrap_or(&value.ident))
}

fn docs(field: &Field) -> TokenStream {
    let value = match &field.default {
        Some(DefaultValue::Plain(value) | DefaultValue::Enum(value)) => format!("`{value}`"),
        Some(DefaultValue::Text(text)) if is_printable(text) => format!("`{text:?}`"),
        _ => "its default".to_owned(),
    };
    doc(&format!("Returns the field `{}`, or {value} if it is absent.", field.name))
}

/// Whether a text can be part of a line of documentation.
fn is_printable(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|character| character.is_ascii_alphanumeric() || " -_./:".contains(character))
}
