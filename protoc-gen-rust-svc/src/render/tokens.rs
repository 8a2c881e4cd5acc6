//! Values of the model as tokens.

use proc_macro2::{Ident as Word, Literal, Punct, Spacing, Span, TokenStream};
use quote::{ToTokens, TokenStreamExt, quote};
use syn::{
    AttrStyle, Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, Path, PathSegment, Type, TypePath,
    token::{Bracket, Eq, Not, PathSep, Pound},
};

use crate::{docs::Docs, model::grouped, names::Ident};

impl ToTokens for Ident {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        tokens.append(ident(self.as_str()));
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
    match words(text) {
        Some(words) => path_tokens(&words),
        None => lexed(text),
    }
}

/// Returns the type at a path.
pub(super) fn path_type(text: &str) -> syn::Result<Type> {
    let Some(words) = words(text) else { return syn::parse_str(text) };
    let (is_global, words) = match words.split_first() {
        Some((&"", rest)) => (true, rest),
        _ => (false, &*words),
    };
    let segments = words.iter().map(|word| PathSegment::from(ident(word))).collect();
    let path = Path { leading_colon: is_global.then(PathSep::default), segments };
    Ok(Type::Path(TypePath { attrs: Vec::new(), qself: None, path }))
}

/// Splits a path, which takes a lexer much longer. Returns `None` if the text is none.
fn words(text: &str) -> Option<Vec<&str>> {
    let words: Vec<_> = text.split("::").collect();
    let is_path = words.iter().enumerate().all(|(index, word)| {
        is_word(word.strip_prefix("r#").unwrap_or(word)) || (index == 0 && word.is_empty() && words.len() > 1)
    });
    is_path.then_some(words)
}

fn is_word(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.bytes().all(is_letter) && !text.starts_with(|first: char| first.is_ascii_digit()) && !matches!(text, "" | "_")
}

fn path_tokens(words: &[&str]) -> TokenStream {
    let mut tokens = TokenStream::new();
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            tokens.append(Punct::new(':', Spacing::Joint));
            tokens.append(Punct::new(':', Spacing::Alone));
        }
        if !word.is_empty() {
            tokens.append(ident(word));
        }
    }
    tokens
}

fn ident(word: &str) -> Word {
    match word.strip_prefix("r#") {
        Some(keyword) => Word::new_raw(keyword, Span::call_site()),
        None => Word::new(word, Span::call_site()),
    }
}

fn lexed(text: &str) -> TokenStream {
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
