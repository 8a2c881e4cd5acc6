//! Numbers of enums, from messages to domain types.

use proc_macro2::TokenStream;
use quote::quote;

use super::shared::{Conversions, Received};
use crate::model::{Cardinality, Enum, Field};

/// Converts the number, or the numbers, of a field.
pub(super) fn value(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: TokenStream) -> Received {
    match field.cardinality {
        Cardinality::Repeated | Cardinality::Map(_) => many(conversions, field, item, &value),
        Cardinality::Optional => optional(conversions, field, item, &value),
        Cardinality::Implicit | Cardinality::Required => single(conversions, field, item, &value),
    }
}

fn many(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: &TokenStream) -> Received {
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
        true => Received::Checked(quote!(violations.non_empty(#name, #value).map(|values| values.#each))),
        false => Received::Valid(quote!(#value.#each)),
    }
}

fn optional(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: &TokenStream) -> Received {
    let (name, domain) = (&field.name, conversions.domain(&item.rust));
    match (field.required, item.is_closed) {
        // Only presence distinguishes a zero that has a meaning from an absent value.
        (true, _) if item.has_zero() => Received::Checked(quote! {
            violations.present(#name, #value).and_then(|number| violations.specified(#name, number))
        }),
        (true, _) => Received::Checked(quote!(violations.specified(#name, #value.unwrap_or_default()))),
        (false, true) => Received::Valid(quote!(#value.and_then(svc::Enumeration::from_number))),
        (false, false) => Received::Valid(quote!(#value.map(#domain::from))),
    }
}

fn single(conversions: &Conversions<'_>, field: &Field, item: &Enum, value: &TokenStream) -> Received {
    let (name, domain) = (&field.name, conversions.domain(&item.rust));
    let is_closed = field.cardinality == Cardinality::Required && item.is_closed;
    let has_unspecified = field.cardinality == Cardinality::Implicit && item.has_unspecified;
    match field.required {
        _ if is_closed => Received::Checked(quote!(violations.specified(#name, #value))),
        true if has_unspecified => Received::Checked(quote!(violations.specified(#name, #value))),
        false if has_unspecified => Received::Valid(quote!(svc::Enumeration::from_number(#value))),
        _ => Received::Valid(quote!(#domain::from(#value))),
    }
}
