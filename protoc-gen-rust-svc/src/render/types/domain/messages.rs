//! Structs for messages, enums for oneofs, and modules for nested types.

use proc_macro2::{Ident as Word, Span, TokenStream};
use quote::quote;

use super::{debug, defaults, enums, field_types::DomainTypes};
use crate::{
    model::{Form, Member, Message, Model, Oneof, Package, TypeName},
    names::Ident,
    render::tokens::{code, deprecated, doc},
};

/// Returns the types of a package.
pub(in crate::render) fn items(model: &Model, package: &Package) -> TokenStream {
    let types = DomainTypes { model, package };
    let (here, nested) = types.all(&package.messages, &package.enums, &[]);
    quote!(#here #nested)
}

impl DomainTypes<'_> {
    /// Returns the types of the module `place`, and the modules of the types nested in them.
    fn all(&self, messages: &[String], enums: &[String], place: &[Ident]) -> (TokenStream, TokenStream) {
        let messages: Vec<_> = messages.iter().filter_map(|name| self.model.message(name)).collect();
        let structs = messages.iter().map(|message| self.message(message, place));
        let enums = enums.iter().filter_map(|name| self.model.enumeration(name));
        let enums = enums.map(|item| enums::items(self.package, item));
        let types = structs.chain(enums).collect();
        (types, messages.iter().map(|message| self.nested(message, place)).collect())
    }

    fn nested(&self, message: &Message, place: &[Ident]) -> TokenStream {
        let inner: Vec<_> = place.iter().chain([&message.module]).cloned().collect();
        let (types, modules) = self.all(&message.messages, &message.enums, &inner);
        let oneofs = message.oneofs().map(|oneof| match &message.form {
            Form::Plain => self.oneof(message, oneof, &inner),
            Form::Wire => self.reexport(&oneof.rust, &inner),
            Form::Custom(_) => TokenStream::new(),
        });
        let oneofs: TokenStream = oneofs.collect();
        if types.is_empty() && oneofs.is_empty() && modules.is_empty() {
            return TokenStream::new();
        }
        let docs = doc(&format!("Types nested in {}.", message.rust.ident().link()));
        let module = &message.module;
        quote!(#docs pub mod #module { #types #modules #oneofs })
    }

    fn message(&self, message: &Message, place: &[Ident]) -> TokenStream {
        match &message.form {
            Form::Plain => self.plain(message, place),
            Form::Wire => self.reexport(&message.rust, place),
            Form::Custom(custom) => {
                let (docs, deprecated) = (&message.docs, deprecated(message.deprecated));
                let (name, path) = (message.rust.ident(), code(&custom.path));
                quote!(#docs #deprecated pub type #name = #path;)
            }
        }
    }

    /// Re-exports a prost type under the name that a domain type would have.
    fn reexport(&self, rust: &TypeName, place: &[Ident]) -> TokenStream {
        let (wire, name) = (code(&rust.wire_from(&self.package.module, place.len() + 1)), rust.ident());
        let is_renamed = rust.wire.last() != Some(name);
        if is_renamed { quote!(pub use #wire as #name;) } else { quote!(pub use #wire;) }
    }

    fn plain(&self, message: &Message, place: &[Ident]) -> TokenStream {
        let (docs, deprecated, name) = (&message.docs, deprecated(message.deprecated), message.rust.ident());
        let redacts = message.fields().any(|field| field.redacted);
        let derives = derives(!redacts, message, message.has_default);
        let debug = redacts.then(|| debug::message(message));
        let members = message.members.iter().map(|member| self.member(member, place));
        let defaults = defaults::functions(self, message, place);
        quote! {
            #docs #deprecated #derives
            pub struct #name { #(#members)* }

            #debug

            #defaults
        }
    }

    fn member(&self, member: &Member, place: &[Ident]) -> TokenStream {
        match member {
            Member::Field(field) => {
                let (docs, deprecated) = (&field.docs, deprecated(field.deprecated));
                let (name, field_type) = (&field.ident, self.field_type(field, place));
                quote!(#docs #deprecated pub #name: #field_type,)
            }
            Member::Oneof(oneof) => {
                let (docs, name) = (&oneof.docs, &oneof.ident);
                let (option, oneof_type) = (self.prelude("Option"), self.name(&oneof.rust, place));
                quote!(#docs pub #name: #option<#oneof_type>,)
            }
        }
    }

    fn oneof(&self, message: &Message, oneof: &Oneof, place: &[Ident]) -> TokenStream {
        let (docs, name) = (&oneof.docs, oneof.rust.ident());
        let redacts = oneof.fields.iter().any(|field| field.redacted);
        let derives = derives(!redacts, message, false);
        let debug = redacts.then(|| debug::oneof(oneof));
        let variants = oneof.fields.iter().map(|field| {
            let (docs, deprecated, variant) = (&field.docs, deprecated(field.deprecated), &field.ident);
            let value = self.boxed(field, self.value(&field.value, place));
            quote!(#docs #deprecated #variant(#value),)
        });
        quote! {
            #docs #derives
            pub enum #name { #(#variants)* }

            #debug
        }
    }
}

/// Returns the `derive` attribute of a message or of one of its oneofs.
fn derives(has_debug: bool, message: &Message, has_default: bool) -> TokenStream {
    let all = [
        (true, "Clone"),
        (has_debug, "Debug"),
        (has_default, "Default"),
        (true, "PartialEq"),
        (message.is_eq, "Eq"),
        (message.is_hash, "Hash"),
    ];
    let derived = all.into_iter().filter(|(is_derived, _)| *is_derived);
    let derived = derived.map(|(_, name)| Word::new(name, Span::call_site()));
    quote!(#[derive(#(#derived),*)])
}
