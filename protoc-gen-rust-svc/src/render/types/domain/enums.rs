//! Enums, and their conversions from and to numbers.

use proc_macro2::TokenStream;
use quote::quote;

use crate::{
    model::{Enum, EnumValue, Package},
    names::Ident,
    render::tokens::{code, deprecated, number},
};

/// Returns an enum with its conversions.
pub(super) fn items(package: &Package, item: &Enum) -> TokenStream {
    let (docs, deprecated, name) = (&item.docs, deprecated(item.deprecated), item.rust.ident());
    let default = default_variant(item);
    let derived = default.map(|_| quote!(Default,));
    let variants = values_with_variant(item).map(|value| variant(value, default));
    let unrecognized = (!item.is_closed).then(|| {
        quote! {
            /// A number without a name in this version of the contract.
            Unrecognized(i32),
        }
    });
    let (aliases, conversions) = (aliases(item), conversions(package, item));
    quote! {
        #docs #deprecated
        #[derive(Clone, Copy, Debug, #derived PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum #name { #(#variants)* #unrecognized }

        #aliases

        #conversions
    }
}

fn conversions(package: &Package, item: &Enum) -> TokenStream {
    let (name, option) = (item.rust.ident(), code(&package.prelude("Option")));
    let idents: Vec<_> = values_with_variant(item).map(|value| &value.ident).collect();
    let numbers: Vec<_> = values_with_variant(item).map(|value| number(value.number)).collect();
    let unspecified = item.has_unspecified.then(|| quote!(0 => return None,));
    let (unrecognized, rest) = match item.is_closed {
        true => (TokenStream::new(), quote!(_ => return None,)),
        false => (quote!(Self::Unrecognized(number) => number,), quote!(number => Self::Unrecognized(number),)),
    };
    let from_number = (!item.is_closed).then(|| from_number(package, name));
    quote! {
        impl svc::Enumeration for #name {
            fn from_number(number: i32) -> #option<Self> {
                let value = match number { #unspecified #(#numbers => Self::#idents,)* #rest };
                Some(value)
            }

            fn number(self) -> i32 {
                match self { #(Self::#idents => #numbers,)* #unrecognized }
            }
        }

        #from_number
    }
}

/// Returns the conversion from any number, for enums that keep unrecognized ones.
fn from_number(package: &Package, name: &Ident) -> TokenStream {
    let from = code(&package.prelude("From"));
    quote! {
        impl #from<i32> for #name {
            fn from(number: i32) -> Self {
                svc::Enumeration::from_number(number).unwrap_or(Self::Unrecognized(number))
            }
        }
    }
}

/// Returns the values that have a variant.
fn values_with_variant(item: &Enum) -> impl Iterator<Item = &EnumValue> {
    item.values.iter().filter(|value| value.alias_of.is_none() && !(item.has_unspecified && value.number == 0))
}

/// Returns the variant of zero.
fn default_variant(item: &Enum) -> Option<&Ident> {
    let zero = item.values.iter().find(|value| value.number == 0 && value.alias_of.is_none());
    zero.filter(|_| !item.has_unspecified).map(|value| &value.ident)
}

fn variant(value: &EnumValue, default: Option<&Ident>) -> TokenStream {
    let (docs, deprecated, name) = (&value.docs, deprecated(value.deprecated), &value.ident);
    let default = (default == Some(name)).then(|| quote!(#[default]));
    quote!(#docs #deprecated #default #name,)
}

/// Returns the aliases of values, as constants.
fn aliases(item: &Enum) -> TokenStream {
    let variants: std::collections::HashSet<_> = values_with_variant(item).map(|value| &value.ident).collect();
    let aliases = item.values.iter().filter_map(|value| {
        let target = value.alias_of.as_ref().filter(|target| variants.contains(target))?;
        let (docs, name) = (&value.docs, &value.ident);
        Some(quote!(#docs pub const #name: Self = Self::#target;))
    });
    let aliases: TokenStream = aliases.collect();
    let name = item.rust.ident();
    if aliases.is_empty() { aliases } else { quote!(impl #name { #aliases }) }
}
