//! The implementation of `svc::Message` for each message.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    input_only, oneofs, receive, rules, send,
    shared::{Conversion, Conversions, ReadValue, check_first},
};
use crate::{
    model::{Cardinality, Field, Form, Masked, Member, Message, Model, Origin, Package},
    options::{Options, Types},
};

/// Returns the conversions of a package.
pub(in crate::render) fn items(model: &Model, package: &Package, options: &Options) -> TokenStream {
    let is_domain_elsewhere = options.domain_path.is_some();
    let conversions = Conversions { model, package, is_domain_elsewhere, checks_rules: options.checks_rules };
    let origin = Origin::Local(package.module.clone());
    let messages = model.nested(&package.messages).into_iter().filter(|message| message.rust.origin == origin);
    let impls = messages.map(|message| match (options.types, &message.form) {
        (Types::Domain, Form::Plain) => conversions.message(message),
        (Types::Domain, Form::Custom(_)) => conversions.custom(message),
        (Types::Proto, _) | (_, Form::Wire) => conversions.identity(message),
    });
    let place = is_domain_elsewhere.then(place);
    let checks = rules::types(&conversions);
    quote!(#place #(#impls)* #checks)
}

/// Returns the type that allows conversions in another crate than their types.
fn place() -> TokenStream {
    quote! {
        /// Marks conversions as defined here, since their types are in another crate. See [`svc::Message`].
        #[derive(Clone, Copy, Debug)]
        pub enum Place {}
    }
}

impl Conversions<'_> {
    /// Converts a message that is its own domain type.
    fn identity(&self, message: &Message) -> TokenStream {
        let (name, wire) = (&message.name, self.wire(&message.rust));
        let (check, key) = (self.check(message), idempotency_key(message, true));
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

                #check

                #key
            }
        }
    }

    /// Asserts that a custom type has the conversions that a domain type would have.
    fn custom(&self, message: &Message) -> TokenStream {
        let (name, custom, wire) = (&message.name, self.domain(&message.rust), self.wire(&message.rust));
        quote!(const _: () = svc::assert_wire_type::<#custom, #wire, _>(#name);)
    }

    fn message(&self, message: &Message) -> TokenStream {
        let (name, domain, wire) = (&message.name, self.domain(&message.rust), self.wire(&message.rust));
        let bridge = if self.is_domain_elsewhere { quote!(svc::Message<Place>) } else { quote!(svc::Message) };
        let sent = message.members.iter().map(|member| self.send(member));
        let read = self.read(message);
        let (check, key) = (self.check(message), idempotency_key(message, false));
        let clear = input_only::function(self, message);
        quote! {
            impl #bridge for #domain {
                const NAME: &'static str = #name;
                type Wire = #wire;

                fn into_wire(self) -> Self::Wire {
                    #wire { #(#sent)* }
                }

                #read

                #check

                #clear

                #key
            }
        }
    }

    fn send(&self, member: &Member) -> TokenStream {
        match member {
            Member::Field(field) => {
                let (ident, wire) = (&field.ident, &field.wire_ident);
                let value = send::value(self, field, quote!(self.#ident));
                quote!(#wire: #value,)
            }
            Member::Oneof(oneof) => oneofs::send(self, oneof),
        }
    }

    /// Returns the function that reads a message.
    fn read(&self, message: &Message) -> TokenStream {
        let read: Vec<_> = message.members.iter().map(|member| self.read_member(member)).collect();
        let (before, values) = (read.iter().map(|read| &read.before), read.iter().map(|read| &read.value));
        let mask =
            message.masked.as_ref().map(|Masked { resource, mask }| quote!(violations.mask(#resource, &wire.#mask);));
        let before = quote!(#mask #(#before)*);
        let uses_violations = !before.is_empty() || message.members.iter().any(clears);
        let violations = if uses_violations { quote!(violations) } else { quote!(_) };
        let wire = if message.members.is_empty() { quote!(_) } else { quote!(wire) };
        quote! {
            fn read(#wire: Self::Wire, #violations: &mut svc::Violations) -> Option<Self> {
                #before
                Some(Self { #(#values)* })
            }
        }
    }

    fn read_member(&self, member: &Member) -> Conversion {
        match member {
            Member::Field(field) => self.read_field(field),
            Member::Oneof(oneof) => oneofs::read(self, oneof),
        }
    }

    fn read_field(&self, field: &Field) -> Conversion {
        let (ident, wire) = (&field.ident, &field.wire_ident);
        let value = match is_cleared(field) {
            true => quote!(violations.output_only(wire.#wire)),
            false => quote!(wire.#wire),
        };
        match receive::value(self, field, value) {
            ReadValue::Valid(value) => Conversion { before: TokenStream::new(), value: quote!(#ident: #value,) },
            ReadValue::Checked(value) => check_first(ident, &value),
        }
    }

    /// Returns the function that checks a request by its rules.
    fn check(&self, message: &Message) -> Option<TokenStream> {
        let rules = rules::path(self);
        (self.checks_rules && message.has_rules).then(|| {
            quote! {
                fn check(wire: &Self::Wire, violations: &mut svc::Violations) {
                    #rules.check(Self::NAME, wire, violations);
                }
            }
        })
    }
}

/// Whether a field is ignored in requests. A required field of proto2 is kept, since it is always sent.
fn is_cleared(field: &Field) -> bool {
    field.is_cleared() && field.cardinality != Cardinality::Required
}

/// Whether a field of a member is ignored in requests.
fn clears(member: &Member) -> bool {
    match member {
        Member::Field(field) => is_cleared(field),
        Member::Oneof(oneof) => oneof.fields.iter().any(Field::is_cleared),
    }
}

/// Returns the function that finds the idempotency key.
fn idempotency_key(message: &Message, is_wire: bool) -> Option<TokenStream> {
    let number = message.idempotency_key?;
    let field = message.fields().find(|field| field.number == number)?;
    let ident = if is_wire { &field.wire_ident } else { &field.ident };
    let key = match field.cardinality {
        Cardinality::Optional if is_wire || !field.required => quote!(self.#ident.get_or_insert_default()),
        _ => quote!(&mut self.#ident),
    };
    Some(quote! {
        fn idempotency_key(&mut self) -> Option<&mut String> {
            Some(#key)
        }
    })
}
