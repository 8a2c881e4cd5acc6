//! JSON codecs of prost messages. They contain the names of fields and values; the runtime does the rest.

use std::collections::HashSet;

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    model::{Cardinality, Enum, Field, Member, Message, Model, Oneof, Package, TypeName, Value, WellKnown},
    render::tokens::{code, number},
};

/// Returns the codecs of a package.
pub(in crate::render) fn items(model: &Model, package: &Package) -> TokenStream {
    let codecs = JsonCodecs { model, package };
    let messages = model.nested(&package.messages);
    let nested = messages.iter().flat_map(|message| &message.enums);
    let enums = package.enums.iter().chain(nested).filter_map(|name| model.enumeration(name));
    let enums = enums.map(|item| codecs.enumeration(item));
    let types = messages.iter().map(|message| codecs.wire(&message.rust));
    let messages = messages.iter().map(|message| codecs.message(message));
    quote! {
        /// The codecs of this package's messages, for messages inside a `google.protobuf.Any`.
        pub const TYPES: &[svc::json::PackedType] = &[#(svc::json::PackedType::of::<#types>()),*];

        #(#messages)*

        #(#enums)*
    }
}

/// The context of all functions of this file.
struct JsonCodecs<'a> {
    model: &'a Model,
    package: &'a Package,
}

impl JsonCodecs<'_> {
    fn wire(&self, rust: &TypeName) -> TokenStream {
        code(&rust.wire_from(&self.package.module, 1))
    }

    fn message(&self, message: &Message) -> TokenStream {
        let (wire, name) = (self.wire(&message.rust), &message.name);
        let writes = message.members.iter().map(|member| self.write(member));
        let read = self.read(message);
        let out = if message.members.is_empty() { quote!(_) } else { quote!(out) };
        quote! {
            impl svc::json::JsonMessage for #wire {
                const NAME: &'static str = #name;

                fn write(&self, #out: &mut svc::json::Writer) {
                    #(#writes)*
                }

                fn read(&mut self, name: &str, field: svc::json::FieldReader<'_, '_>) -> svc::json::JsonResult {
                    #read
                }
            }
        }
    }

    fn write(&self, member: &Member) -> TokenStream {
        match member {
            Member::Field(field) => {
                let ident = &field.wire_ident;
                let write = self.write_field(field, field.cardinality == Cardinality::Required, &quote!(&self.#ident));
                quote!(#write;)
            }
            Member::Oneof(oneof) => self.write_oneof(oneof),
        }
    }

    fn write_oneof(&self, oneof: &Oneof) -> TokenStream {
        let (holder, wire) = (&oneof.wire_ident, self.wire(&oneof.rust));
        let arms = oneof.fields.iter().map(|field| {
            let (variant, write) = (&field.wire_ident, self.write_field(field, true, &quote!(value)));
            quote!(Some(#wire::#variant(value)) => { #write; })
        });
        quote!(match &self.#holder { #(#arms)* None => (), })
    }

    fn write_field(&self, field: &Field, is_member: bool, value: &TokenStream) -> TokenStream {
        let (name, json_name) = (&field.name, &field.json_name);
        let item = self.enum_of(&field.value);
        let function = match (&item, &field.value, is_member) {
            (Some(item), _, false) => quote!(enumeration::<#item>),
            (Some(item), _, true) => quote!(enumeration_member::<#item>),
            (None, Value::WellKnown(WellKnown::NullValue), false) => quote!(null),
            (None, Value::WellKnown(WellKnown::NullValue), true) => quote!(null_member),
            (None, _, false) => quote!(field),
            (None, _, true) => quote!(member),
        };
        quote!(out.#function(#name, #json_name, #value))
    }

    fn read(&self, message: &Message) -> TokenStream {
        if message.members.is_empty() {
            return quote!(field.unknown(name));
        }
        let names = FieldNames::new(message);
        let arms = message.members.iter().map(|member| match member {
            Member::Field(field) => self.read_field(&names, field),
            Member::Oneof(oneof) => oneof.fields.iter().map(|field| self.read_member(&names, oneof, field)).collect(),
        });
        quote!(match name { #(#arms)* _ => field.unknown(name), })
    }

    fn read_field(&self, names: &FieldNames<'_>, field: &Field) -> TokenStream {
        let (pattern, name, wire) = (names.pattern(field), &field.name, &field.wire_ident);
        let function = match (self.enum_of(&field.value), &field.value) {
            (Some(item), _) => quote!(enumeration::<#item>),
            (None, Value::WellKnown(WellKnown::NullValue)) => quote!(null),
            (None, _) => quote!(read),
        };
        let reader = field_reader(field);
        quote!(#pattern => #reader.#function(#name, &mut self.#wire),)
    }

    fn read_member(&self, names: &FieldNames<'_>, oneof: &Oneof, field: &Field) -> TokenStream {
        let (pattern, name, variant) = (names.pattern(field), &field.name, &field.wire_ident);
        let (holder, wire) = (&oneof.wire_ident, self.wire(&oneof.rust));
        let function = match (self.enum_of(&field.value), &field.value) {
            (Some(item), _) => quote!(enumeration_member::<#item, _>),
            (None, Value::WellKnown(WellKnown::NullValue)) => quote!(null_member),
            (None, _) => quote!(member),
        };
        let reader = field_reader(field);
        quote!(#pattern => #reader.#function(#name, &mut self.#holder, #wire::#variant),)
    }

    /// Returns the enum that names the numbers of a value.
    fn enum_of(&self, value: &Value) -> Option<TokenStream> {
        match value {
            Value::Enum(name) => self.model.enumeration(name).map(|item| self.wire(&item.rust)),
            Value::WellKnown(known) => known.enumeration().map(|path| code(&path)),
            _ => None,
        }
    }

    fn enumeration(&self, item: &Enum) -> TokenStream {
        let wire = self.wire(&item.rust);
        let (names, numbers) =
            (item.values.iter().map(|value| &value.name), item.values.iter().map(|value| number(value.number)));
        quote! {
            impl svc::json::JsonEnum for #wire {
                const VALUES: &'static [(&'static str, i32)] = &[#((#names, #numbers)),*];
            }
        }
    }
}

/// Returns the reader of a field. A field that requests cannot set is left out of update masks.
fn field_reader(field: &Field) -> TokenStream {
    if field.is_cleared() { quote!(field.output_only()) } else { quote!(field) }
}

/// The JSON names of a message.
struct FieldNames<'a>(HashSet<&'a str>);

impl<'a> FieldNames<'a> {
    fn new(message: &'a Message) -> Self {
        Self(message.fields().map(|field| field.json_name.as_str()).collect())
    }

    /// Returns the names of a field as a pattern, without its protobuf name if that is the JSON name of another field.
    fn pattern(&self, field: &Field) -> TokenStream {
        let (name, json_name) = (&field.name, &field.json_name);
        match name == json_name {
            true => quote!(#name),
            false if self.0.contains(name.as_str()) => quote!(#json_name),
            false => quote!(#name | #json_name),
        }
    }
}
