//! Values of fields, from messages to domain types.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    enums,
    send::entries,
    shared::{Conversions, ReadValue},
};
use crate::model::{Cardinality, Field, Value};

/// Converts the value of a field.
pub(super) fn value(conversions: &Conversions<'_>, field: &Field, value: TokenStream) -> ReadValue {
    match &field.value {
        Value::Scalar(scalar) => identity(field, value, scalar.can_be_empty()),
        Value::WellKnown(known) if known.is_itself() => identity(field, value, false),
        Value::Enum(name) => enums::value(conversions, field, conversions.enumeration(name), value),
        Value::Message(_) | Value::WellKnown(_) => ReadValue::Checked(message(field, &value)),
    }
}

/// Reads a value whose type is the same in the message and in the domain type.
fn identity(field: &Field, value: TokenStream, can_be_empty: bool) -> ReadValue {
    let name = &field.name;
    match field.cardinality {
        Cardinality::Map(_) if field.required && !field.is_hash_map => {
            ReadValue::Checked(quote!(violations.non_empty(#name, #value).map(|entries| entries.into_iter().collect())))
        }
        Cardinality::Map(_) if !field.required => ReadValue::Valid(entries(field, value)),
        Cardinality::Repeated | Cardinality::Map(_) if field.required => {
            ReadValue::Checked(quote!(violations.non_empty(#name, #value)))
        }
        Cardinality::Implicit if field.required && can_be_empty => {
            ReadValue::Checked(quote!(violations.non_empty(#name, #value)))
        }
        Cardinality::Optional if field.required => ReadValue::Checked(quote!(violations.present(#name, #value))),
        _ => ReadValue::Valid(value),
    }
}

fn message(field: &Field, value: &TokenStream) -> TokenStream {
    let name = &field.name;
    match field.cardinality {
        Cardinality::Optional if field.required => quote!(violations.required(#name, #value)),
        Cardinality::Implicit | Cardinality::Optional => quote!(violations.optional(#name, #value)),
        Cardinality::Required => quote!(violations.required(#name, Some(#value))),
        Cardinality::Repeated if field.required => {
            quote!(violations.non_empty(#name, #value).and_then(|values| violations.repeated(#name, values)))
        }
        Cardinality::Repeated => quote!(violations.repeated(#name, #value)),
        Cardinality::Map(_) if field.required => {
            quote!(violations.non_empty(#name, #value).and_then(|entries| violations.map(#name, entries)))
        }
        Cardinality::Map(_) => quote!(violations.map(#name, #value)),
    }
}
