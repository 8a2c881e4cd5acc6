//! The function that clears `INPUT_ONLY` fields of responses.

use proc_macro2::TokenStream;
use quote::quote;

use super::{oneofs::pattern, shared::Conversions};
use crate::model::{Cardinality, Field, Member, Message, Oneof, Value};

/// Returns the function, if the message has such fields.
pub(super) fn function(conversions: &Conversions<'_>, message: &Message) -> Option<TokenStream> {
    let statements = message.members.iter().map(|member| match member {
        Member::Field(field) => clear_field(conversions, field),
        Member::Oneof(oneof) => clear_oneof(conversions, oneof),
    });
    message.has_input_only.then(|| {
        quote! {
            fn clear_input_only(wire: &mut Self::Wire) {
                #(#statements)*
            }
        }
    })
}

fn clear_field(conversions: &Conversions<'_>, field: &Field) -> TokenStream {
    let wire = &field.wire_ident;
    if field.behavior.input_only {
        return quote!(svc::clear(&mut wire.#wire););
    }
    let Some(clear) = clear_message(conversions, field) else { return TokenStream::new() };
    let each = if field.boxed { quote!(|value| #clear(value)) } else { clear.clone() };
    match field.cardinality {
        Cardinality::Map(_) => quote!(wire.#wire.values_mut().for_each(#clear);),
        Cardinality::Required => quote!(#clear(&mut wire.#wire);),
        Cardinality::Implicit | Cardinality::Optional | Cardinality::Repeated => {
            quote!(wire.#wire.iter_mut().for_each(#each);)
        }
    }
}

fn clear_oneof(conversions: &Conversions<'_>, oneof: &Oneof) -> TokenStream {
    let (wire, wire_type) = (&oneof.wire_ident, conversions.wire(&oneof.rust));
    let cleared = pattern(oneof, &wire_type, |field| field.behavior.input_only);
    let cleared = cleared.map(|pattern| quote!(wire.#wire.take_if(|value| matches!(value, #pattern));));
    let kept = oneof.fields.iter().filter(|field| !field.behavior.input_only);
    let kept = kept.filter_map(|field| {
        let (member, clear) = (&field.wire_ident, clear_message(conversions, field)?);
        Some(quote!(if let Some(#wire_type::#member(value)) = &mut wire.#wire { #clear(value); }))
    });
    cleared.into_iter().chain(kept).collect()
}

/// Returns the function of the message that a field holds, if it has one.
fn clear_message(conversions: &Conversions<'_>, field: &Field) -> Option<TokenStream> {
    let Value::Message(name) = &field.value else { return None };
    let message = conversions.model.message(name).filter(|message| message.has_input_only)?;
    let domain = conversions.domain(&message.rust);
    Some(quote!(<#domain as svc::Message<_>>::clear_input_only))
}
