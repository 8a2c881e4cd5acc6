//! What `quote!` needs from the model.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::{docs::Docs, names};

/// An identifier, as a token.
pub(super) fn ident(ident: &names::Ident) -> Ident {
    match ident.as_str().strip_prefix("r#") {
        Some(plain) => Ident::new_raw(plain, Span::call_site()),
        None => Ident::new(ident.as_str(), Span::call_site()),
    }
}

/// A path or a type that the model holds as text. The model holds only valid Rust.
pub(super) fn parsed(text: &str) -> TokenStream {
    text.parse().unwrap_or_else(|_| {
        let message = format!("{text:?} is not Rust");
        quote!(compile_error!(#message))
    })
}

/// Docs, an attribute a line.
pub(super) fn docs(docs: &Docs) -> TokenStream {
    let lines = docs.lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// `#[deprecated]`, or nothing.
pub(super) fn deprecated(is_deprecated: bool) -> TokenStream {
    if is_deprecated { quote!(#[deprecated]) } else { TokenStream::new() }
}

/// A number, as a person writes it.
pub(super) fn number(number: i32) -> TokenStream {
    let digits = Literal::u32_unsuffixed(number.unsigned_abs());
    if number < 0 { quote!(-#digits) } else { quote!(#digits) }
}
