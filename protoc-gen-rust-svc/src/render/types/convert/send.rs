//! Values of fields, from domain types to messages.

use proc_macro2::TokenStream;
use quote::quote;

use super::shared::Conversions;
use crate::model::{Cardinality, Field, Value, WellKnown};

/// Converts the value of a field.
pub(super) fn value(conversions: &Conversions<'_>, field: &Field, value: TokenStream) -> TokenStream {
    match (&field.value, field.cardinality) {
        (Value::Scalar(_), Cardinality::Map(_)) => entries(field, value),
        (Value::WellKnown(known), Cardinality::Map(_)) if known.is_itself() => entries(field, value),
        (Value::Scalar(_), _) => identity(field, value),
        (Value::WellKnown(known), _) if known.is_itself() => identity(field, value),
        (Value::Enum(name), Cardinality::Implicit)
            if !field.required && conversions.enumeration(name).has_unspecified =>
        {
            quote!(#value.map_or(0, svc::Enumeration::number))
        }
        (Value::Enum(_), _) => each(field, &value, &quote!(svc::Enumeration::number)),
        (Value::Message(_) | Value::WellKnown(_), _) => each(field, &value, &quote!(svc::Message::into_wire)),
    }
}

/// Sends a value whose type is the same on both sides. A required field is optional in the message only.
fn identity(field: &Field, value: TokenStream) -> TokenStream {
    if field.cardinality != Cardinality::Optional || !field.required {
        return value;
    }
    match field.value == Value::WellKnown(WellKnown::Empty) {
        true => quote!(Some(())),
        false => quote!(Some(#value)),
    }
}

/// Returns a map whose entries are the same on both sides.
pub(super) fn entries(field: &Field, value: TokenStream) -> TokenStream {
    if field.is_hash_map { value } else { quote!(#value.into_iter().collect()) }
}

/// Applies a function to each value.
fn each(field: &Field, value: &TokenStream, function: &TokenStream) -> TokenStream {
    match field.cardinality {
        Cardinality::Implicit | Cardinality::Required => quote!(#function(#value)),
        Cardinality::Optional if field.required => quote!(Some(#function(#value))),
        Cardinality::Optional => quote!(#value.map(#function)),
        Cardinality::Repeated => quote!(#value.into_iter().map(#function).collect()),
        Cardinality::Map(_) => quote!(#value.into_iter().map(|(key, value)| (key, #function(value))).collect()),
    }
}
