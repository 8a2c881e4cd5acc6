//! The types of fields.

use proc_macro2::{Ident as Word, Span, TokenStream};
use quote::quote;

use crate::{
    model::{Cardinality, Field, Model, Package, Scalar, TypeName, Value, WellKnown},
    names::Ident,
    render::tokens::code,
};

/// The context of all functions of this folder.
pub(super) struct DomainTypes<'a> {
    pub(super) model: &'a Model,
    pub(super) package: &'a Package,
}

impl DomainTypes<'_> {
    pub(super) fn field_type(&self, field: &Field, place: &[Ident]) -> TokenStream {
        let value = self.boxed(field, self.value(&field.value, place));
        let optional = |value: TokenStream| {
            let option = self.prelude("Option");
            quote!(#option<#value>)
        };
        match field.cardinality {
            Cardinality::Implicit if self.is_unspecified_none(field) => optional(value),
            Cardinality::Optional if !field.required => optional(value),
            Cardinality::Implicit | Cardinality::Optional | Cardinality::Required => value,
            Cardinality::Repeated => {
                let vec = self.prelude("Vec");
                quote!(#vec<#value>)
            }
            Cardinality::Map(key) => {
                let key = self.scalar(key);
                let map = Word::new(if field.is_hash_map { "HashMap" } else { "BTreeMap" }, Span::call_site());
                quote!(::std::collections::#map<#key, #value>)
            }
        }
    }

    /// Whether the unspecified value of an enum is `None`.
    fn is_unspecified_none(&self, field: &Field) -> bool {
        let Value::Enum(name) = &field.value else { return false };
        !field.required && self.model.enumeration(name).is_some_and(|item| item.has_unspecified)
    }

    pub(super) fn boxed(&self, field: &Field, value: TokenStream) -> TokenStream {
        if !field.boxed {
            return value;
        }
        let name = self.prelude("Box");
        quote!(#name<#value>)
    }

    pub(super) fn value(&self, value: &Value, place: &[Ident]) -> TokenStream {
        match value {
            Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)) => self.scalar(*scalar),
            Value::Enum(name) => {
                self.model.enumeration(name).map(|item| self.name(&item.rust, place)).unwrap_or_default()
            }
            Value::Message(name) => {
                self.model.message(name).map(|message| self.name(&message.rust, place)).unwrap_or_default()
            }
            Value::WellKnown(known) => code(&known.rust()),
        }
    }

    fn scalar(&self, scalar: Scalar) -> TokenStream {
        match scalar {
            Scalar::String => self.prelude("String"),
            Scalar::Bytes => {
                let vec = self.prelude("Vec");
                quote!(#vec<u8>)
            }
            other => code(other.rust()),
        }
    }

    pub(super) fn name(&self, rust: &TypeName, place: &[Ident]) -> TokenStream {
        code(&rust.domain_within(&self.package.module, place))
    }

    pub(super) fn prelude(&self, name: &'static str) -> TokenStream {
        code(&self.package.prelude(name))
    }
}
