//! Between the plain types and the messages that travel.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    Unprintable, format,
    tokens::{ident, parsed},
};
use crate::{
    model::{Enum, Field, Home, Member, Message, Model, Occurs, Oneof, Package, TypeName, Value},
    names::Ident,
    options::Types,
};

/// The conversions of a package.
pub(super) fn impls(model: &Model, package: &Package, types: Types) -> Result<String, Unprintable> {
    let print = Print { model, package };
    let home = Home::Here(package.module.clone());
    let here: Vec<_> =
        print.in_order(&package.messages).into_iter().filter(|message| message.rust.home == home).collect();
    let impls = here.into_iter().map(|message| match types {
        Types::Domain => print.message(message),
        Types::Proto => print.itself(message),
    });
    format::tokens(impls.collect())
}

/// What the functions of this file share.
struct Print<'a> {
    model: &'a Model,
    package: &'a Package,
}

/// How a field is read: what may fail comes first, so that all that is wrong is found.
struct Read {
    /// Statements before the value is put together; empty if nothing can fail.
    before: TokenStream,
    /// The value.
    value: TokenStream,
}

impl<'a> Print<'a> {
    /// Messages, each before those that stand in it.
    fn in_order(&self, names: &[String]) -> Vec<&'a Message> {
        let messages = names.iter().filter_map(|name| self.model.message(name));
        messages.flat_map(|message| std::iter::once(message).chain(self.in_order(&message.messages))).collect()
    }

    /// A message that the trait speaks as it travels.
    fn itself(&self, message: &Message) -> TokenStream {
        let (name, wire, key) = (&message.name, self.wire(&message.rust), key(message));
        quote! {
            impl svc::Message for #wire {
                const NAME: &'static str = #name;
                type Wire = Self;

                fn into_wire(self) -> Self {
                    self
                }

                fn read(wire: Self, _: &mut svc::Violations) -> Option<Self> {
                    Some(wire)
                }
                #key
            }
        }
    }

    fn message(&self, message: &Message) -> TokenStream {
        let (name, domain, wire) = (&message.name, self.domain(&message.rust), self.wire(&message.rust));
        let sent = message.members.iter().map(|member| self.send_member(member));
        let read: Vec<_> = message.members.iter().map(|member| self.read_member(member)).collect();
        let before: TokenStream = read.iter().map(|read| read.before.clone()).collect();
        let values = read.iter().map(|read| &read.value);
        let violations = if before.is_empty() { quote!(_) } else { quote!(violations) };
        let received = if message.members.is_empty() { quote!(_) } else { quote!(wire) };
        let key = key(message);
        quote! {
            impl svc::Message for #domain {
                const NAME: &'static str = #name;
                type Wire = #wire;

                fn into_wire(self) -> Self::Wire {
                    #wire { #(#sent)* }
                }

                fn read(#received: Self::Wire, #violations: &mut svc::Violations) -> Option<Self> {
                    #before
                    Some(Self { #(#values)* })
                }
                #key
            }
        }
    }

    fn send_member(&self, member: &Member) -> TokenStream {
        match member {
            Member::Field(field) => {
                let (own, wire) = (ident(&field.ident), ident(&field.wire_ident));
                let value = self.send(field, quote!(self.#own));
                quote!(#wire: #value,)
            }
            Member::Oneof(oneof) => self.send_oneof(oneof),
        }
    }

    fn send_oneof(&self, oneof: &Oneof) -> TokenStream {
        let (own, wire) = (ident(&oneof.ident), ident(&oneof.wire_ident));
        let (domain_type, wire_type) = (self.domain(&oneof.rust), self.wire(&oneof.rust));
        let arms = oneof.fields.iter().map(|field| {
            let (own, wire) = (ident(&field.ident), ident(&field.wire_ident));
            let value = self.send(field, quote!(value));
            quote!(#domain_type::#own(value) => #wire_type::#wire(#value),)
        });
        quote!(#wire: self.#own.map(|value| match value { #(#arms)* }),)
    }

    /// The value that travels.
    fn send(&self, field: &Field, value: TokenStream) -> TokenStream {
        match (&field.value, field.occurs) {
            (Value::Scalar(_), Occurs::ByKey(_)) => quote!(#value.into_iter().collect()),
            (Value::WellKnown(known), Occurs::ByKey(_)) if known.is_itself() => quote!(#value.into_iter().collect()),
            (Value::Scalar(_), _) => present(field, value),
            (Value::WellKnown(known), _) if known.is_itself() => present(field, value),
            (Value::Enum(name), _) => self.send_enum(field, name, value),
            (Value::Message(_) | Value::WellKnown(_), occurs) => {
                send_each(field, occurs, value, &quote!(svc::Message::into_wire))
            }
        }
    }

    fn send_enum(&self, field: &Field, name: &str, value: TokenStream) -> TokenStream {
        let number = quote!(svc::Enumeration::number);
        match field.occurs {
            Occurs::Implicitly if !field.required && self.enumeration(name).has_unspecified => {
                quote!(#value.map_or(0, #number))
            }
            occurs => send_each(field, occurs, value, &number),
        }
    }

    fn read_member(&self, member: &Member) -> Read {
        match member {
            Member::Field(field) => {
                let (own, wire) = (ident(&field.ident), ident(&field.wire_ident));
                let received = quote!(wire.#wire);
                match self.read(field, received) {
                    Reading::Sure(value) => Read { before: TokenStream::new(), value: quote!(#own: #value,) },
                    Reading::Fallible(value) => later(&field.ident, value),
                }
            }
            Member::Oneof(oneof) => self.read_oneof(oneof),
        }
    }

    fn read_oneof(&self, oneof: &Oneof) -> Read {
        let (own, wire) = (ident(&oneof.ident), ident(&oneof.wire_ident));
        let (domain_type, wire_type) = (self.domain(&oneof.rust), self.wire(&oneof.rust));
        let mut is_fallible = false;
        let arms: Vec<_> = oneof
            .fields
            .iter()
            .map(|field| {
                let (own, wire) = (ident(&field.ident), ident(&field.wire_ident));
                let value = match self.read(field, quote!(value)) {
                    Reading::Sure(value) => value,
                    Reading::Fallible(value) => {
                        is_fallible = true;
                        quote!(#value?)
                    }
                };
                quote!(#wire_type::#wire(value) => #domain_type::#own(#value),)
            })
            .collect();
        if is_fallible {
            let value = quote!(violations.oneof(wire.#wire, |wire, violations| Some(match wire { #(#arms)* })));
            return later(&oneof.ident, value);
        }
        Read { before: TokenStream::new(), value: quote!(#own: wire.#wire.map(|wire| match wire { #(#arms)* }),) }
    }

    fn read(&self, field: &Field, value: TokenStream) -> Reading {
        match &field.value {
            Value::Scalar(scalar) => read_plain(field, value, scalar.can_be_empty()),
            Value::WellKnown(known) if known.is_itself() => read_plain(field, value, false),
            Value::Enum(name) => self.read_enum(field, self.enumeration(name), value),
            Value::Message(_) | Value::WellKnown(_) => Reading::Fallible(read_message(field, value)),
        }
    }

    fn read_enum(&self, field: &Field, item: &Enum, value: TokenStream) -> Reading {
        let (name, domain) = (&field.name, self.domain(&item.rust));
        let from_number = quote!(svc::Enumeration::from_number);
        let filled = if field.required { quote!(violations.non_empty(#name, #value)) } else { value.clone() };
        let each = match (field.occurs, item.is_closed) {
            (Occurs::ByKey(_), true) => {
                quote!(into_iter().filter_map(|(key, number)| Some((key, #from_number(number)?))).collect())
            }
            (Occurs::ByKey(_), false) => {
                quote!(into_iter().map(|(key, number)| (key, #domain::from(number))).collect())
            }
            (_, true) => quote!(into_iter().filter_map(#from_number).collect()),
            (_, false) => quote!(into_iter().map(#domain::from).collect()),
        };
        match (field.occurs, field.required) {
            (Occurs::Repeatedly | Occurs::ByKey(_), true) => {
                Reading::Fallible(quote!(#filled.map(|values| values.#each)))
            }
            (Occurs::Repeatedly | Occurs::ByKey(_), false) => Reading::Sure(quote!(#value.#each)),
            (Occurs::Optionally, true) => {
                Reading::Fallible(quote!(violations.specified(#name, #value.unwrap_or_default())))
            }
            (Occurs::Optionally, false) if item.is_closed => Reading::Sure(quote!(#value.and_then(#from_number))),
            (Occurs::Optionally, false) => Reading::Sure(quote!(#value.map(#domain::from))),
            (Occurs::Once, _) if item.is_closed => Reading::Fallible(quote!(violations.specified(#name, #value))),
            (Occurs::Implicitly, true) if item.has_unspecified => {
                Reading::Fallible(quote!(violations.specified(#name, #value)))
            }
            (Occurs::Implicitly, false) if item.has_unspecified => Reading::Sure(quote!(#from_number(#value))),
            (Occurs::Implicitly | Occurs::Once, _) => Reading::Sure(quote!(#domain::from(#value))),
        }
    }

    fn enumeration(&self, name: &str) -> &'a Enum {
        &self.model.enums[name]
    }

    fn domain(&self, rust: &TypeName) -> TokenStream {
        parsed(&rust.domain_from(&self.package.module, 1))
    }

    fn wire(&self, rust: &TypeName) -> TokenStream {
        parsed(&rust.wire_from(&self.package.module, 1))
    }
}

enum Reading {
    /// It cannot fail.
    Sure(TokenStream),
    /// It is an `Option`, of which `None` was noted.
    Fallible(TokenStream),
}

/// Reads a value before the message is put together.
fn later(name: &Ident, value: TokenStream) -> Read {
    let field = ident(name);
    match name.as_str() {
        "wire" | "violations" => {
            // No field has a name that ends so.
            let local = quote::format_ident!("{}_", name.plain());
            Read { before: quote!(let #local = #value;), value: quote!(#field: #local?,) }
        }
        _ => Read { before: quote!(let #field = #value;), value: quote!(#field: #field?,) },
    }
}

/// A value that is there even where the message that travels may lack it.
fn present(field: &Field, value: TokenStream) -> TokenStream {
    if field.occurs == Occurs::Optionally && field.required { quote!(Some(#value)) } else { value }
}

/// Changes each value with `change`.
fn send_each(field: &Field, occurs: Occurs, value: TokenStream, change: &TokenStream) -> TokenStream {
    match occurs {
        Occurs::Implicitly | Occurs::Once => quote!(#change(#value)),
        Occurs::Optionally if field.required => quote!(Some(#change(#value))),
        Occurs::Optionally => quote!(#value.map(#change)),
        Occurs::Repeatedly => quote!(#value.into_iter().map(#change).collect()),
        Occurs::ByKey(_) => quote!(#value.into_iter().map(|(key, value)| (key, #change(value))).collect()),
    }
}

/// A value that is the same on both sides.
fn read_plain(field: &Field, value: TokenStream, can_be_empty: bool) -> Reading {
    let name = &field.name;
    match field.occurs {
        Occurs::ByKey(_) if field.required => {
            Reading::Fallible(quote!(violations.non_empty(#name, #value).map(|entries| entries.into_iter().collect())))
        }
        Occurs::ByKey(_) => Reading::Sure(quote!(#value.into_iter().collect())),
        Occurs::Repeatedly if field.required => Reading::Fallible(quote!(violations.non_empty(#name, #value))),
        Occurs::Implicitly if field.required && can_be_empty => {
            Reading::Fallible(quote!(violations.non_empty(#name, #value)))
        }
        Occurs::Optionally if field.required => Reading::Fallible(quote!(violations.present(#name, #value))),
        Occurs::Implicitly | Occurs::Optionally | Occurs::Once | Occurs::Repeatedly => Reading::Sure(value),
    }
}

fn read_message(field: &Field, value: TokenStream) -> TokenStream {
    let name = &field.name;
    match field.occurs {
        Occurs::Optionally if field.required => quote!(violations.required(#name, #value)),
        Occurs::Implicitly | Occurs::Optionally => quote!(violations.optional(#name, #value)),
        Occurs::Once => quote!(violations.required(#name, Some(#value))),
        Occurs::Repeatedly if field.required => {
            quote!(violations.non_empty(#name, #value).and_then(|values| violations.repeated(#name, values)))
        }
        Occurs::Repeatedly => quote!(violations.repeated(#name, #value)),
        Occurs::ByKey(_) if field.required => {
            quote!(violations.non_empty(#name, #value).and_then(|entries| violations.map(#name, entries)))
        }
        Occurs::ByKey(_) => quote!(violations.map(#name, #value)),
    }
}

/// The function that finds the idempotency key.
fn key(message: &Message) -> Option<TokenStream> {
    let field = ident(message.idempotency_key.as_ref()?);
    Some(quote! {
        fn idempotency_key(&mut self) -> Option<&mut String> {
            Some(&mut self.#field)
        }
    })
}
