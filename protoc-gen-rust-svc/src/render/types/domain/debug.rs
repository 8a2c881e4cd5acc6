//! `Debug` for types with redacted fields.

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Field, Member, Message, Oneof};

/// Returns `Debug` of a message.
pub(super) fn message(message: &Message) -> TokenStream {
    let (name, label) = (message.rust.ident(), message.rust.ident().plain());
    let fields = message.members.iter().map(|member| match member {
        Member::Field(field) if field.redacted => {
            let label = field.ident.plain();
            quote!(.field(#label, &format_args!("[redacted]")))
        }
        Member::Field(Field { ident, .. }) | Member::Oneof(Oneof { ident, .. }) => {
            let label = ident.plain();
            quote!(.field(#label, &self.#ident))
        }
    });
    quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#label)#(#fields)*.finish()
            }
        }
    }
}

/// Returns `Debug` of a oneof.
pub(super) fn oneof(oneof: &Oneof) -> TokenStream {
    let name = oneof.rust.ident();
    let arms = oneof.fields.iter().map(|field| {
        let (variant, label) = (&field.ident, field.ident.plain());
        match field.redacted {
            true => quote!(Self::#variant(..) => f.debug_tuple(#label).field(&format_args!("[redacted]")).finish(),),
            false => quote!(Self::#variant(value) => f.debug_tuple(#label).field(value).finish(),),
        }
    });
    quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self { #(#arms)* }
            }
        }
    }
}
