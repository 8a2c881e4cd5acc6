//! Numbers of enums, from messages to domain types.

use proc_macro2::TokenStream;
use quote::quote;

use super::shared::{Conversions, ReadValue};
use crate::model::{Cardinality, Enum, Field};

/// Converts the number, or the numbers, of a field.
pub(super) fn value(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: TokenStream) -> ReadValue {
    match field.cardinality {
        Cardinality::Repeated | Cardinality::Map(_) => many(conversions, field, item, &value),
        Cardinality::Optional => optional(conversions, field, item, &value),
        Cardinality::Implicit | Cardinality::Required => single(conversions, field, item, &value),
    }
}

fn many(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: &TokenStream) -> ReadValue {
    let (name, domain) = (&field.name, conversions.domain(&item.rust));
    let is_map = matches!(field.cardinality, Cardinality::Map(_));
    let each = match (is_map, item.is_closed) {
        (true, true) => {
            quote!(
                into_iter().filter_map(|(key, number)| Some((key, svc::Enumeration::from_number(number)?))).collect()
            )
        }
        (true, false) => quote!(into_iter().map(|(key, number)| (key, #domain::from(number))).collect()),
        (false, true) => quote!(into_iter().filter_map(svc::Enumeration::from_number).collect()),
        (false, false) => quote!(into_iter().map(#domain::from).collect()),
    };
    match field.required {
        true => ReadValue::Checked(quote!(violations.non_empty(#name, #value).map(|values| values.#each))),
        false => ReadValue::Valid(quote!(#value.#each)),
    }
}

fn optional(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: &TokenStream) -> ReadValue {
    let (name, domain) = (&field.name, conversions.domain(&item.rust));
    match (field.required, item.is_closed) {
        // Only presence distinguishes a zero that has a meaning from an absent value.
        (true, _) if item.has_zero() => ReadValue::Checked(quote! {
            violations.present(#name, #value).and_then(|number| violations.specified(#name, number))
        }),
        (true, _) => ReadValue::Checked(quote!(violations.specified(#name, #value.unwrap_or_default()))),
        (false, true) => ReadValue::Valid(quote!(#value.and_then(svc::Enumeration::from_number))),
        (false, false) => ReadValue::Valid(quote!(#value.map(#domain::from))),
    }
}

fn single(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: &TokenStream) -> ReadValue {
    let (name, domain) = (&field.name, conversions.domain(&item.rust));
    let is_closed = field.cardinality == Cardinality::Required && item.is_closed;
    let has_unspecified = field.cardinality == Cardinality::Implicit && item.has_unspecified;
    match field.required {
        _ if is_closed => ReadValue::Checked(quote!(violations.specified(#name, #value))),
        true if has_unspecified => ReadValue::Checked(quote!(violations.specified(#name, #value))),
        false if has_unspecified => ReadValue::Valid(quote!(svc::Enumeration::from_number(#value))),
        _ => ReadValue::Valid(quote!(#domain::from(#value))),
    }
}
