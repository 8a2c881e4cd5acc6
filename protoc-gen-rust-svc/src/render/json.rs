//! The JSON of the messages that travel: their names, and nothing that the runtime can do.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    text,
    tokens::{ident, number, parsed},
};
use crate::model::{Enum, Field, Member, Message, Model, Occurs, Oneof, Package, Value, WellKnown};

/// The codecs of a package.
pub(super) fn impls(model: &Model, package: &Package) -> String {
    let print = Print { model, package };
    let messages = print.messages(&package.messages);
    let nested = messages.iter().flat_map(|message| &message.enums);
    let enums: Vec<_> = package.enums.iter().chain(nested).filter_map(|name| model.enumeration(name)).collect();
    let types = messages.iter().map(|message| print.wire_of(message));
    let messages = messages.iter().map(|message| print.message(message));
    let enums = enums.iter().map(|item| print.enumeration(item));
    text::of(quote! {
        #[doc = " The messages of this package, for those that pack them in a `google.protobuf.Any`."]
        pub const TYPES: &[svc::json::Type] = &[#(svc::json::Type::of::<#types>(),)*];
        #(#messages)*
        #(#enums)*
    })
}

/// What the functions of this file share.
struct Print<'a> {
    model: &'a Model,
    package: &'a Package,
}

impl<'a> Print<'a> {
    /// Messages, each before those that stand in it.
    fn messages(&self, names: &[String]) -> Vec<&'a Message> {
        let messages = names.iter().filter_map(|name| self.model.message(name));
        messages.flat_map(|message| std::iter::once(message).chain(self.messages(&message.messages))).collect()
    }

    fn wire_of(&self, message: &Message) -> TokenStream {
        parsed(&message.rust.wire_from(&self.package.module, 1))
    }

    fn message(&self, message: &Message) -> TokenStream {
        let (wire, name) = (self.wire_of(message), &message.name);
        let written: Vec<_> = message.members.iter().map(|member| self.write(member)).collect();
        let read: Vec<_> = message.members.iter().map(|member| self.read(message, member)).collect();
        let read = match read.iter().all(TokenStream::is_empty) {
            true => quote!(field.unknown(name)),
            false => quote!(match name { #(#read)* _ => field.unknown(name), }),
        };
        let out = if written.iter().all(TokenStream::is_empty) { quote!(_) } else { quote!(out) };
        quote! {
            impl svc::json::Message for #wire {
                const NAME: &'static str = #name;

                fn write(&self, #out: &mut svc::json::Writer) {
                    #(#written)*
                }

                fn read(&mut self, name: &str, field: svc::json::Field<'_, '_>) -> svc::json::Result {
                    #read
                }
            }
        }
    }

    fn write(&self, member: &Member) -> TokenStream {
        match member {
            Member::Field(field) => {
                let wire = ident(&field.wire_ident);
                let write = self.write_field(field, field.occurs == Occurs::Once, quote!(&self.#wire));
                quote!(#write;)
            }
            Member::Oneof(oneof) => self.write_oneof(oneof),
        }
    }

    fn write_oneof(&self, oneof: &Oneof) -> TokenStream {
        let (holder, wire) = (ident(&oneof.wire_ident), self.oneof(oneof));
        let arms = oneof.fields.iter().map(|field| {
            let variant = ident(&field.wire_ident);
            let write = self.write_field(field, true, quote!(it));
            quote!(Some(#wire::#variant(it)) => #write,)
        });
        quote!(match &self.#holder { #(#arms)* None => (), })
    }

    fn write_field(&self, field: &Field, is_member: bool, value: TokenStream) -> TokenStream {
        let (name, json_name) = (&field.name, &field.json_name);
        if let Some(item) = self.enum_of(&field.value) {
            return match is_member {
                false => quote!(out.enumeration::<#item>(#name, #json_name, #value)),
                true => quote!(out.enumeration_member::<#item>(#name, #json_name, #value)),
            };
        }
        match (&field.value, is_member) {
            (Value::WellKnown(WellKnown::NullValue), false) => quote!(out.null(#name, #json_name, #value)),
            (Value::WellKnown(WellKnown::NullValue), true) => quote!(out.null_member(#name, #json_name, #value)),
            (_, false) => quote!(out.field(#name, #json_name, #value)),
            (_, true) => quote!(out.member(#name, #json_name, #value)),
        }
    }

    fn read(&self, message: &Message, member: &Member) -> TokenStream {
        match member {
            Member::Field(field) => {
                let (names, name, wire) = (names(message, field), &field.name, ident(&field.wire_ident));
                if let Some(item) = self.enum_of(&field.value) {
                    return quote!(#names => field.enumeration::<#item>(#name, &mut self.#wire),);
                }
                match &field.value {
                    Value::WellKnown(WellKnown::NullValue) => quote!(#names => field.null(#name, &mut self.#wire),),
                    _ => quote!(#names => field.read(#name, &mut self.#wire),),
                }
            }
            Member::Oneof(oneof) => oneof.fields.iter().map(|field| self.read_member(message, oneof, field)).collect(),
        }
    }

    fn read_member(&self, message: &Message, oneof: &Oneof, field: &Field) -> TokenStream {
        let (names, name, variant) = (names(message, field), &field.name, ident(&field.wire_ident));
        let (holder, wire) = (ident(&oneof.wire_ident), self.oneof(oneof));
        if let Some(item) = self.enum_of(&field.value) {
            return quote!(#names => field.enumeration_member::<#item, _>(#name, &mut self.#holder, #wire::#variant),);
        }
        match &field.value {
            Value::WellKnown(WellKnown::NullValue) => {
                quote!(#names => field.null_member(#name, &mut self.#holder, #wire::#variant),)
            }
            _ => quote!(#names => field.member(#name, &mut self.#holder, #wire::#variant),),
        }
    }

    fn oneof(&self, oneof: &Oneof) -> TokenStream {
        parsed(&oneof.rust.wire_from(&self.package.module, 1))
    }

    /// The enum that gives the names of a value, if it is one of an enum.
    fn enum_of(&self, value: &Value) -> Option<TokenStream> {
        match value {
            Value::Enum(name) => Some(self.enum_path(name)),
            Value::WellKnown(known) => known.enumeration().map(|path| parsed(&path)),
            _ => None,
        }
    }

    fn enum_path(&self, name: &str) -> TokenStream {
        let item = self.model.enumeration(name);
        item.map(|item| parsed(&item.rust.wire_from(&self.package.module, 1))).unwrap_or_default()
    }

    fn enumeration(&self, item: &Enum) -> TokenStream {
        let wire = self.enum_path(&item.name);
        let values = item.values.iter().map(|value| {
            let (name, number) = (&value.name, number(value.number));
            quote!((#name, #number))
        });
        quote! {
            impl svc::json::Enum for #wire {
                const VALUES: &'static [(&'static str, i32)] = &[#(#values),*];
            }
        }
    }
}

/// The names that a field goes by, as a pattern. Where the name of one is the JSON name of another, it is the other.
fn names(message: &Message, field: &Field) -> TokenStream {
    let (name, json_name) = (&field.name, &field.json_name);
    let is_others = message.fields().any(|other| other.number != field.number && other.json_name == *name);
    match name == json_name {
        true => quote!(#name),
        false if is_others => quote!(#json_name),
        false => quote!(#name | #json_name),
    }
}
