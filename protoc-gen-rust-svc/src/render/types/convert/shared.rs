//! Paths of types, and the forms of values that are read, which all conversions need.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::{
    model::{Enum, Field, Model, Package, TypeName, Value},
    names::Ident,
    render::tokens::code,
};

/// The context of all functions of this folder.
pub(super) struct Conversions<'a> {
    pub(super) model: &'a Model,
    pub(super) package: &'a Package,
    /// Whether the domain types are in another crate.
    pub(super) is_domain_elsewhere: bool,
    /// Whether requests are checked by rules.
    pub(super) checks_rules: bool,
}

/// How a member is converted from a message.
pub(super) struct Conversion {
    /// The statements before the value is made. All of them run, so that all violations are found.
    pub(super) before: TokenStream,
    /// The field of the struct literal.
    pub(super) value: TokenStream,
}

/// The value of a field as it is read.
pub(super) enum ReadValue {
    /// A value that is always valid.
    Valid(TokenStream),
    /// An `Option`, which is `None` if there was a violation.
    Checked(TokenStream),
}

impl<'a> Conversions<'a> {
    pub(super) fn enumeration(&self, name: &str) -> &'a Enum {
        &self.model.enums[name]
    }

    /// Whether a field holds an enum whose unknown numbers are invalid.
    pub(super) fn is_of_closed_enum(&self, field: &Field) -> bool {
        matches!(&field.value, Value::Enum(name) if self.enumeration(name).is_closed)
    }

    pub(super) fn domain(&self, rust: &TypeName) -> TokenStream {
        code(&rust.domain_from(&self.package.module, 1))
    }

    pub(super) fn wire(&self, rust: &TypeName) -> TokenStream {
        code(&rust.wire_from(&self.package.module, 1))
    }
}

/// Converts a value before the struct literal, so that all violations are found.
pub(super) fn check_first(ident: &Ident, value: &TokenStream) -> Conversion {
    // `wire` and `violations` are parameters of the function. No field has a name that ends with an underscore.
    let variable = match ident.as_str() {
        name @ ("wire" | "violations") => {
            let variable = format_ident!("{name}_");
            quote!(#variable)
        }
        _ => quote!(#ident),
    };
    Conversion { before: quote!(let #variable = #value;), value: quote!(#ident: #variable?,) }
}
