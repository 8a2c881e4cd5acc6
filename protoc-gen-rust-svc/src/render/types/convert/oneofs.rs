//! Conversions of oneofs.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    receive, send,
    shared::{Conversion, Conversions, ReadValue, check_first},
};
use crate::model::{Field, Oneof};

/// Returns the initializer of the field of the message.
pub(super) fn send(conversions: &Conversions<'_>, oneof: &Oneof) -> TokenStream {
    let (ident, wire) = (&oneof.ident, &oneof.wire_ident);
    let (domain_type, wire_type) = (conversions.domain(&oneof.rust), conversions.wire(&oneof.rust));
    let arms = oneof.fields.iter().map(|field| {
        let (ident, wire) = (&field.ident, &field.wire_ident);
        let value = send::value(conversions, field, quote!(value));
        quote!(#domain_type::#ident(value) => #wire_type::#wire(#value),)
    });
    quote!(#wire: self.#ident.map(|value| match value { #(#arms)* }),)
}

/// Returns the conversion from the message.
pub(super) fn read(conversions: &Conversions<'_>, oneof: &Oneof) -> Conversion {
    let (ident, wire, name) = (&oneof.ident, &oneof.wire_ident, &oneof.name);
    let (arms, is_checked) = arms(conversions, oneof);
    // An unknown number of a closed enum leaves the oneof unset, so presence is checked after the oneof is read.
    let is_read_first = oneof.required() && oneof.fields.iter().any(|field| conversions.is_of_closed_enum(field));
    let demand = (oneof.required() && !is_read_first).then(|| quote!(violations.demand(#name, &wire.#wire);));
    let members = read_members(conversions, oneof);
    if !is_checked {
        let value = quote!(#ident: #members.map(|wire| match wire { #(#arms)* }),);
        return Conversion { before: quote!(#demand), value };
    }
    let read = quote!(#members, |wire, violations| { let value = match wire { #(#arms)* }; Some(value) });
    let value = match is_read_first {
        true => quote!(violations.required_oneof(#name, #read)),
        false => quote!(violations.oneof(#read)),
    };
    let Conversion { before, value } = check_first(ident, &value);
    Conversion { before: quote!(#demand #before), value }
}

/// Returns an arm for each member, and whether any of them can be invalid.
fn arms(conversions: &Conversions<'_>, oneof: &Oneof) -> (Vec<TokenStream>, bool) {
    let (domain_type, wire_type) = (conversions.domain(&oneof.rust), conversions.wire(&oneof.rust));
    let mut is_checked = false;
    let arms = oneof.fields.iter().map(|field| {
        let (ident, wire) = (&field.ident, &field.wire_ident);
        let value = match member(conversions, field) {
            ReadValue::Valid(value) => value,
            ReadValue::Checked(value) => {
                is_checked = true;
                quote!(#value?)
            }
        };
        quote!(#wire_type::#wire(value) => #domain_type::#ident(#value),)
    });
    (arms.collect(), is_checked)
}

fn member(conversions: &Conversions<'_>, field: &Field) -> ReadValue {
    match conversions.is_of_closed_enum(field) {
        true => ReadValue::Checked(quote!(violations.known(value))),
        false => receive::value(conversions, field, quote!(value)),
    }
}

/// Returns the oneof without the members that requests cannot set.
fn read_members(conversions: &Conversions<'_>, oneof: &Oneof) -> TokenStream {
    let (wire, wire_type) = (&oneof.wire_ident, conversions.wire(&oneof.rust));
    match pattern(oneof, &wire_type, Field::is_cleared) {
        Some(pattern) => quote!(violations.output_only_members(wire.#wire, |wire| matches!(wire, #pattern))),
        None => quote!(wire.#wire),
    }
}

/// Returns a pattern for some members of a oneof, if there are any.
pub(super) fn pattern(
    oneof: &Oneof,
    wire_type: &TokenStream,
    is_matched: impl Fn(&Field) -> bool,
) -> Option<TokenStream> {
    let fields: Vec<_> = oneof.fields.iter().filter(|field| is_matched(field)).map(|field| &field.wire_ident).collect();
    (!fields.is_empty()).then(|| quote!(#(#wire_type::#fields(..))|*))
}
