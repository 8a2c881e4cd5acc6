//! What a field holds while it is absent: a function for each field that declares a default.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use super::Print;
use crate::{
    model::{DefaultValue, Enum, Field, Member, Message, Occurs, Value},
    names::{Ident, Scope},
    render::tokens::{deprecated, ident, parsed},
};

impl Print<'_> {
    /// The functions for fields with a default, if there are any.
    pub(super) fn defaults(&self, message: &Message, place: &[Ident]) -> Option<TokenStream> {
        let mut names = Scope::default();
        let fields = message.members.iter().filter_map(|member| match member {
            Member::Field(field) if field.occurs == Occurs::Optionally && !field.required => Some(field),
            Member::Field(_) | Member::Oneof(_) => None,
        });
        let functions = fields.filter_map(|field| self.or_default(field, &mut names, place));
        let functions: Vec<_> = functions.collect();
        let name = ident(message.rust.ident());
        (!functions.is_empty()).then(|| quote!(impl #name { #(#functions)* }))
    }

    fn or_default(&self, field: &Field, names: &mut Scope, place: &[Ident]) -> Option<TokenStream> {
        let own = ident(&field.ident);
        let (returns, value) = match (field.default.as_ref()?, &field.value) {
            (DefaultValue::Plain(value), Value::Scalar(scalar)) => (parsed(scalar.rust()), parsed(value)),
            (DefaultValue::Text(text), _) => (quote!(&str), quote!(#text)),
            (DefaultValue::Bytes(bytes), _) => {
                let bytes = Literal::byte_string(bytes);
                (quote!(&[u8]), quote!(#bytes))
            }
            (DefaultValue::Enum(value), Value::Enum(name)) => {
                let item = self.model.enumeration(name)?;
                let (rust, variant) = (self.name(&item.rust, place), ident(variant(item, value)?));
                (rust.clone(), quote!(#rust::#variant))
            }
            _ => return None,
        };
        let is_borrowed = matches!(&field.default, Some(DefaultValue::Text(_) | DefaultValue::Bytes(_)));
        let as_deref = is_borrowed.then(|| quote!(.as_deref()));
        let name = ident(&names.take(Ident::snake(&format!("{}_or_default", field.ident.plain()))));
        let (docs, deprecated) = (docs(field), deprecated(field.deprecated));
        Some(quote! {
            #[doc = #docs]
            #deprecated
            #[must_use]
            pub fn #name(&self) -> #returns {
                self.#own #as_deref.unwrap_or(#value)
            }
        })
    }
}

/// The variant of a value, also of one that is another name of it. `None` for a zero that only says that nothing is said.
fn variant<'a>(item: &'a Enum, name: &str) -> Option<&'a Ident> {
    let value = item.values.iter().find(|value| value.name == name)?;
    let is_kept = !(item.has_unspecified && value.number == 0);
    is_kept.then(|| value.alias_of.as_ref().unwrap_or(&value.ident))
}

fn docs(field: &Field) -> String {
    let value = match &field.default {
        Some(DefaultValue::Plain(value) | DefaultValue::Enum(value)) => format!("`{value}`"),
        Some(DefaultValue::Text(text)) if is_tame(text) => format!("`{text:?}`"),
        _ => "its default".to_owned(),
    };
    format!(" The field `{}`, or {value} while it is absent.", field.name)
}

/// Whether a text can stand in a line of docs.
fn is_tame(text: &str) -> bool {
    text.len() <= 40 && text.chars().all(|character| character.is_ascii_alphanumeric() || " -_./:".contains(character))
}
