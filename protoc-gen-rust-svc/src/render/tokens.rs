//! Values of the model as tokens.

use proc_macro2::{Ident as Word, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::{
    AttrStyle, Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue,
    token::{Bracket, Eq, Not, Pound},
};

use crate::{docs::Docs, model::grouped, names::Ident};

impl ToTokens for Ident {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let word = match self.as_str().strip_prefix("r#") {
            Some(keyword) => Word::new_raw(keyword, Span::call_site()),
            None => Word::new(self.as_str(), Span::call_site()),
        };
        tokens.append(word);
    }
}

impl ToTokens for Docs {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.lines().for_each(|line| tokens.extend(doc(line)));
    }
}

/// Returns a documentation attribute.
pub(super) fn doc(line: &str) -> TokenStream {
    let line = spaced(line);
    quote!(#[doc = #line])
}

/// Returns the syntax tree of a documentation attribute.
pub(super) fn doc_attribute(line: &str) -> Attribute {
    attribute("doc", &spaced(line), AttrStyle::Outer)
}

/// Returns an attribute that the printer turns into a `//` comment.
pub(super) fn comment_attribute(text: &str) -> Attribute {
    attribute("comment", text, AttrStyle::Outer)
}

/// Returns an inner attribute of a file: `doc` or `comment`.
pub(super) fn inner_attribute(name: &str, text: &str) -> Attribute {
    attribute(name, text, AttrStyle::Inner(Not::default()))
}

fn attribute(name: &str, text: &str, style: AttrStyle) -> Attribute {
    let value = Lit::Str(LitStr::new(text, Span::call_site()));
    let value = Expr::Lit(ExprLit { attrs: Vec::new(), lit: value });
    let path = Word::new(name, Span::call_site()).into();
    let meta = Meta::NameValue(MetaNameValue { path, eq_token: Eq::default(), value });
    Attribute { pound_token: Pound::default(), style, bracket_token: Bracket::default(), meta }
}

fn spaced(line: &str) -> String {
    if line.is_empty() { String::new() } else { format!(" {line}") }
}

/// Returns the tokens of a path, a type or a value, as the model writes it.
pub(super) fn code(text: &str) -> TokenStream {
    // A string where a path or a type must be fails later, when the file is parsed.
    text.parse().unwrap_or_else(|_| quote!(#text))
}

/// Returns a number without a suffix.
pub(super) fn number(value: i32) -> TokenStream {
    let magnitude = value.unsigned_abs();
    if magnitude >= 100_000 {
        return code(&grouped(value));
    }
    let digits = Literal::u32_unsuffixed(magnitude);
    if value < 0 { quote!(-#digits) } else { quote!(#digits) }
}

/// Returns `#[deprecated]` or nothing.
pub(super) fn deprecated(is_deprecated: bool) -> TokenStream {
    if is_deprecated { quote!(#[deprecated]) } else { TokenStream::new() }
}

/// Whether tokens name the runtime by its short name.
pub(super) fn mentions_runtime(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "svc",
        TokenTree::Group(group) => mentions_runtime(&group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
