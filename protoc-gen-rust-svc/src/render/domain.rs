//! Plain types: what business code holds in its hands.

mod defaults;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{
    text,
    tokens::{deprecated, docs, ident, number, parsed},
};
use crate::{
    model::{
        Enum, EnumValue, Field, Form, Member, Message, Model, Occurs, Oneof, Package, Scalar, TypeName, Value,
        WellKnown,
    },
    names::Ident,
};

/// The types of a package.
pub(super) fn types(model: &Model, package: &Package) -> String {
    let print = Print { model, package };
    text::of(print.all(&package.messages, &package.enums, &[]))
}

/// What the functions of this file share.
struct Print<'a> {
    model: &'a Model,
    package: &'a Package,
}

impl Print<'_> {
    /// Messages, enums, and the modules of what stands in a message; `place` is the module that they stand in.
    fn all(&self, messages: &[String], enums: &[String], place: &[Ident]) -> TokenStream {
        let messages: Vec<_> = messages.iter().filter_map(|name| self.model.message(name)).collect();
        let structs = messages.iter().map(|message| self.message(message, place));
        let enums = enums.iter().filter_map(|name| self.model.enumeration(name)).map(|item| self.enumeration(item));
        let modules = messages.iter().map(|message| self.nested(message, place));
        quote!(#(#structs)* #(#enums)* #(#modules)*)
    }

    fn nested(&self, message: &Message, place: &[Ident]) -> TokenStream {
        let inner: Vec<_> = place.iter().chain([&message.module]).cloned().collect();
        let types = self.all(&message.messages, &message.enums, &inner);
        let oneofs = message.oneofs().map(|oneof| match &message.form {
            Form::Plain => self.oneof(message, oneof, &inner),
            Form::Wire => self.reexport(&oneof.rust, &inner),
            Form::Own(_) => TokenStream::new(),
        });
        let oneofs: TokenStream = oneofs.collect();
        if types.is_empty() && oneofs.is_empty() {
            return TokenStream::new();
        }
        let module = ident(&message.module);
        let text = format!(" What stands in {}.", message.rust.ident().link());
        let uses_runtime = contains_runtime(&types) || contains_runtime(&oneofs);
        let import = uses_runtime.then(|| {
            quote!(
                use ::rust_svc as svc;
            )
        });
        quote!(#[doc = #text] pub mod #module { #import #types #oneofs })
    }

    fn message(&self, message: &Message, place: &[Ident]) -> TokenStream {
        match &message.form {
            Form::Plain => self.plain(message, place),
            Form::Wire => self.reexport(&message.rust, place),
            Form::Own(own_type) => {
                let (docs, deprecated) = (docs(&message.docs), deprecated(message.deprecated));
                let (name, path) = (ident(message.rust.ident()), parsed(&own_type.path));
                quote!(#docs #deprecated pub type #name = #path;)
            }
        }
    }

    /// What travels, under the name that a plain type would have.
    fn reexport(&self, rust: &TypeName, place: &[Ident]) -> TokenStream {
        let wire = parsed(&rust.wire_from(&self.package.module, place.len() + 1));
        let is_renamed = rust.wire.last() != Some(rust.ident());
        let name = is_renamed.then(|| ident(rust.ident())).map(|name| quote!(as #name));
        quote!(pub use #wire #name;)
    }

    fn plain(&self, message: &Message, place: &[Ident]) -> TokenStream {
        let name = ident(message.rust.ident());
        let docs = docs(&message.docs);
        let deprecated = deprecated(message.deprecated);
        let redacts = message.fields().any(|field| field.redacted);
        let derives = derives(!redacts, message, message.has_default);
        let debug = redacts.then(|| debug(message));
        let members = message.members.iter().map(|member| self.member(member, place));
        let defaults = self.defaults(message, place);
        quote!(#docs #deprecated #derives pub struct #name { #(#members)* } #debug #defaults)
    }

    fn member(&self, member: &Member, place: &[Ident]) -> TokenStream {
        match member {
            Member::Field(field) => {
                let (docs, deprecated) = (docs(&field.docs), deprecated(field.deprecated));
                let (name, holds) = (ident(&field.ident), self.holds(field, place));
                quote!(#docs #deprecated pub #name: #holds,)
            }
            Member::Oneof(oneof) => {
                let (docs, name) = (docs(&oneof.docs), ident(&oneof.ident));
                let option = self.prelude("Option");
                let holds = self.name(&oneof.rust, place);
                quote!(#docs pub #name: #option<#holds>,)
            }
        }
    }

    fn oneof(&self, message: &Message, oneof: &Oneof, place: &[Ident]) -> TokenStream {
        let name = ident(oneof.rust.ident());
        let docs_of_oneof = docs(&oneof.docs);
        let redacts = oneof.fields.iter().any(|field| field.redacted);
        let derives = derives(!redacts, message, false);
        let debug = redacts.then(|| debug_oneof(oneof));
        let variants = oneof.fields.iter().map(|field| {
            let (docs, deprecated) = (docs(&field.docs), deprecated(field.deprecated));
            let (variant, holds) = (ident(&field.ident), self.boxed(field, self.value(&field.value, place)));
            quote!(#docs #deprecated #variant(#holds),)
        });
        quote!(#docs_of_oneof #derives pub enum #name { #(#variants)* } #debug)
    }

    /// The type of a field.
    fn holds(&self, field: &Field, place: &[Ident]) -> TokenStream {
        let value = self.boxed(field, self.value(&field.value, place));
        let option = self.prelude("Option");
        match field.occurs {
            Occurs::Implicitly if self.is_unspecified_option(field) => quote!(#option<#value>),
            Occurs::Optionally if !field.required => quote!(#option<#value>),
            Occurs::Implicitly | Occurs::Optionally | Occurs::Once => value,
            Occurs::Repeatedly => {
                let vec = self.prelude("Vec");
                quote!(#vec<#value>)
            }
            Occurs::ByKey(key) => {
                let key = self.scalar(key);
                let map = if field.is_hash_map { quote!(HashMap) } else { quote!(BTreeMap) };
                quote!(::std::collections::#map<#key, #value>)
            }
        }
    }

    /// An enum whose zero says nothing is absent instead.
    fn is_unspecified_option(&self, field: &Field) -> bool {
        let Value::Enum(name) = &field.value else { return false };
        !field.required && self.model.enumeration(name).is_some_and(|item| item.has_unspecified)
    }

    fn boxed(&self, field: &Field, value: TokenStream) -> TokenStream {
        let boxed = self.prelude("Box");
        if field.boxed { quote!(#boxed<#value>) } else { value }
    }

    fn value(&self, value: &Value, place: &[Ident]) -> TokenStream {
        match value {
            Value::Scalar(scalar) | Value::WellKnown(WellKnown::Wrapper(scalar)) => self.scalar(*scalar),
            Value::Enum(name) => {
                self.model.enumeration(name).map(|item| self.name(&item.rust, place)).unwrap_or_default()
            }
            Value::Message(name) => {
                self.model.message(name).map(|message| self.name(&message.rust, place)).unwrap_or_default()
            }
            Value::WellKnown(known) => parsed(&known.rust()),
        }
    }

    fn scalar(&self, scalar: Scalar) -> TokenStream {
        match scalar {
            Scalar::String => self.prelude("String"),
            Scalar::Bytes => {
                let vec = self.prelude("Vec");
                quote!(#vec<u8>)
            }
            other => parsed(other.rust()),
        }
    }

    fn name(&self, rust: &TypeName, place: &[Ident]) -> TokenStream {
        parsed(&rust.domain_within(&self.package.module, place))
    }

    fn prelude(&self, name: &'static str) -> TokenStream {
        parsed(&self.package.prelude(name))
    }

    fn enumeration(&self, item: &Enum) -> TokenStream {
        let name = ident(item.rust.ident());
        let (docs, deprecated) = (docs(&item.docs), deprecated(item.deprecated));
        let default = default_of(item).map(|_| quote!(Default,));
        let variants = kept(item).map(|value| variant(value, default_of(item)));
        let unrecognized = (!item.is_closed).then(|| {
            quote!(
                #[doc = " A number that this contract has no name for."]
                Unrecognized(i32),
            )
        });
        let aliases = aliases(item);
        let conversions = self.conversions(item);
        quote! {
            #docs
            #deprecated
            #[derive(Clone, Copy, Debug, #default PartialEq, Eq, Hash, PartialOrd, Ord)]
            pub enum #name { #(#variants)* #unrecognized }
            #aliases
            #conversions
        }
    }

    fn conversions(&self, item: &Enum) -> TokenStream {
        let name = ident(item.rust.ident());
        let (option, from) = (self.prelude("Option"), self.prelude("From"));
        let numbers = kept(item).map(|value| {
            let (variant, number) = (ident(&value.ident), number(value.number));
            quote!(Self::#variant => #number,)
        });
        let back = kept(item).map(|value| {
            let (variant, number) = (ident(&value.ident), number(value.number));
            quote!(#number => Self::#variant,)
        });
        let back: Vec<_> = back.collect();
        let unspecified = item.has_unspecified.then(|| quote!(0 => return None,));
        let (number_of_unknown, rest, lossless) = if item.is_closed {
            (None, quote!(_ => return None,), None)
        } else {
            let lossless = quote! {
                impl #from<i32> for #name {
                    fn from(number: i32) -> Self {
                        svc::Enumeration::from_number(number).unwrap_or(Self::Unrecognized(number))
                    }
                }
            };
            let unknown = quote!(Self::Unrecognized(number) => number,);
            (Some(unknown), quote!(number => Self::Unrecognized(number),), Some(lossless))
        };
        quote! {
            impl svc::Enumeration for #name {
                fn from_number(number: i32) -> #option<Self> {
                    Some(match number { #unspecified #(#back)* #rest })
                }

                fn number(self) -> i32 {
                    match self { #(#numbers)* #number_of_unknown }
                }
            }
            #lossless
        }
    }
}

/// The values that have a variant.
fn kept(item: &Enum) -> impl Iterator<Item = &EnumValue> {
    item.values.iter().filter(|value| value.alias_of.is_none() && !(item.has_unspecified && value.number == 0))
}

/// The variant that stands for zero, if it means something.
fn default_of(item: &Enum) -> Option<&Ident> {
    let zero = item.values.iter().find(|value| value.number == 0 && value.alias_of.is_none());
    zero.filter(|_| !item.has_unspecified).map(|value| &value.ident)
}

fn variant(value: &EnumValue, default: Option<&Ident>) -> TokenStream {
    let (docs, deprecated, name) = (docs(&value.docs), deprecated(value.deprecated), ident(&value.ident));
    let default = (default == Some(&value.ident)).then(|| quote!(#[default]));
    quote!(#docs #deprecated #default #name,)
}

/// Other names for values, as constants.
fn aliases(item: &Enum) -> TokenStream {
    let aliases = item.values.iter().filter_map(|value| {
        let (target, name) = (ident(value.alias_of.as_ref()?), Ident::shouting(value.ident.plain()));
        let kept = kept(item).any(|kept| Some(&kept.ident) == value.alias_of.as_ref());
        let (docs, name) = (docs(&value.docs), ident(&name));
        kept.then(|| quote!(#docs pub const #name: Self = Self::#target;))
    });
    let aliases: Vec<_> = aliases.collect();
    let name = ident(item.rust.ident());
    if aliases.is_empty() { TokenStream::new() } else { quote!(impl #name { #(#aliases)* }) }
}

/// What a message derives, or a oneof of it.
fn derives(has_debug: bool, message: &Message, has_default: bool) -> TokenStream {
    let debug = has_debug.then(|| quote!(Debug,));
    let default = has_default.then(|| quote!(Default,));
    let eq = message.is_eq.then(|| quote!(, Eq));
    let hash = message.is_hash.then(|| quote!(, Hash));
    quote!(#[derive(Clone, #debug #default PartialEq #eq #hash)])
}

/// `Debug` that does not show what must not be seen.
fn debug(message: &Message) -> TokenStream {
    let name = ident(message.rust.ident());
    let text = message.rust.ident().to_string();
    let fields = message.members.iter().map(|member| match member {
        Member::Field(field) if field.redacted => {
            let label = field.ident.plain();
            quote!(.field(#label, &format_args!("[redacted]")))
        }
        Member::Field(Field { ident: name, .. }) | Member::Oneof(Oneof { ident: name, .. }) => {
            let (label, name) = (name.plain(), ident(name));
            quote!(.field(#label, &self.#name))
        }
    });
    quote! {
        impl ::std::fmt::Debug for #name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.debug_struct(#text)#(#fields)*.finish()
            }
        }
    }
}

fn debug_oneof(oneof: &Oneof) -> TokenStream {
    let name = ident(oneof.rust.ident());
    let arms = oneof.fields.iter().map(|field| {
        let (variant, label) = (ident(&field.ident), field.ident.plain());
        if field.redacted {
            quote!(Self::#variant(_) => f.debug_tuple(#label).field(&format_args!("[redacted]")).finish(),)
        } else {
            let value = format_ident!("value");
            quote!(Self::#variant(#value) => f.debug_tuple(#label).field(#value).finish(),)
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

fn contains_runtime(tokens: &TokenStream) -> bool {
    tokens.to_string().contains("svc ::")
}
