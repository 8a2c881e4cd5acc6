//! Docs for the messages that travel.
//!
//! prost-build is told to leave them out, because it would let what they quote run as tests.

use std::collections::HashMap;

use proc_macro2::{Delimiter, Group, Literal, TokenStream, TokenTree};
use quote::quote;

use super::tokens;
use crate::{
    docs::Docs,
    model::{Member, Model, Package, TypeName},
    names::Ident,
};

/// Adds docs and lints' attributes to what prost-build makes of a package, and gives renamed values their own names.
pub(super) fn messages(model: &Model, package: &Package, code: TokenStream) -> TokenStream {
    let mut known = Known::new();
    package.messages.iter().for_each(|message| add_message(model, message, &mut known));
    package.enums.iter().for_each(|item| add_enum(model, item, &mut known));
    items(code, "", &known)
}

/// The types of a package, by their paths in the module of messages.
type Known<'a> = HashMap<String, Type<'a>>;

/// The docs of a type and of its fields or variants.
struct Type<'a> {
    docs: &'a Docs,
    members: Members<'a>,
    /// The names of values, as string literals, by those that they have for prost-build.
    renamed: HashMap<String, String>,
}

type Members<'a> = HashMap<String, &'a Docs>;

fn add_message<'a>(model: &'a Model, name: &str, known: &mut Known<'a>) {
    let Some(message) = model.message(name) else { return };
    known.insert(key(&message.rust), Type::new(&message.docs, message.members.iter().map(of_member)));
    for oneof in message.oneofs() {
        let variants = oneof.fields.iter().map(|field| (field.wire_ident.to_string(), &field.docs));
        known.insert(key(&oneof.rust), Type::new(&oneof.docs, variants));
    }
    message.messages.iter().for_each(|nested| add_message(model, nested, known));
    message.enums.iter().for_each(|item| add_enum(model, item, known));
}

fn add_enum<'a>(model: &'a Model, name: &str, known: &mut Known<'a>) {
    let Some(item) = model.enumeration(name) else { return };
    let variants = item.values.iter().rev().map(|value| (value.wire_ident.to_string(), &value.docs));
    let renamed = item.values.iter().filter(|value| value.wire_name != value.name);
    let renamed = renamed.map(|value| (format!("{:?}", value.wire_name), format!("{:?}", value.name)));
    known.insert(key(&item.rust), Type { renamed: renamed.collect(), ..Type::new(&item.docs, variants) });
}

impl<'a> Type<'a> {
    fn new(docs: &'a Docs, members: impl Iterator<Item = (String, &'a Docs)>) -> Self {
        Self { docs, members: members.collect(), renamed: HashMap::new() }
    }
}

fn of_member(member: &Member) -> (String, &Docs) {
    match member {
        Member::Field(field) => (field.wire_ident.to_string(), &field.docs),
        Member::Oneof(oneof) => (oneof.wire_ident.to_string(), &oneof.docs),
    }
}

fn key(rust: &TypeName) -> String {
    rust.wire.iter().map(|ident: &Ident| format!("::{ident}")).collect()
}

/// The items of a module, each up to its block or its semicolon.
fn items(code: TokenStream, path: &str, known: &Known<'_>) -> TokenStream {
    let mut documented = TokenStream::new();
    let mut head = Vec::new();
    for token in code {
        match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                documented.extend(item(std::mem::take(&mut head), group, path, known));
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                documented.extend(head.drain(..));
                documented.extend([TokenTree::Punct(punct)]);
            }
            token => head.push(token),
        }
    }
    documented.extend(head);
    documented
}

fn item(head: Vec<TokenTree>, body: Group, path: &str, known: &Known<'_>) -> TokenStream {
    let mut words = head.iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    let keyword = words.by_ref().find(|word| word != "pub").unwrap_or_default();
    let path = words.next().map(|name| format!("{path}::{name}")).unwrap_or_default();
    let (docs, body) = match (keyword.as_str(), known.get(&path)) {
        ("mod", _) => (TokenStream::new(), grouped(items(body.stream(), &path, known))),
        ("struct" | "enum", Some(known)) => {
            (tokens::docs(known.docs), grouped(of_members(body.stream(), &known.members)))
        }
        ("impl", Some(known)) => (TokenStream::new(), grouped(functions(body.stream(), &known.renamed))),
        _ => (TokenStream::new(), body),
    };
    docs.into_iter().chain(head).chain([TokenTree::from(body)]).collect()
}

/// The functions of an enum, which give its values' names.
fn functions(code: TokenStream, renamed: &HashMap<String, String>) -> TokenStream {
    let mut functions = TokenStream::new();
    let mut is_start = true;
    for token in code {
        if is_start {
            functions.extend(quote!(#[must_use]));
        }
        is_start = matches!(&token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
        functions.extend([if is_start { with_names(token, renamed) } else { token }]);
    }
    functions
}

/// The token, and all in it, with the names that values have in the `.proto`.
fn with_names(token: TokenTree, renamed: &HashMap<String, String>) -> TokenTree {
    match token {
        TokenTree::Group(group) if !renamed.is_empty() => {
            let inner = group.stream().into_iter().map(|token| with_names(token, renamed)).collect();
            Group::new(group.delimiter(), inner).into()
        }
        TokenTree::Literal(literal) => {
            let name = renamed.get(&literal.to_string()).and_then(|name| name.parse::<Literal>().ok());
            name.unwrap_or(literal).into()
        }
        token => token,
    }
}

fn grouped(code: TokenStream) -> Group {
    Group::new(Delimiter::Brace, code)
}

/// Fields or variants, each up to its comma.
fn of_members(code: TokenStream, docs: &Members<'_>) -> TokenStream {
    let mut documented = TokenStream::new();
    let mut head = Vec::new();
    let mut angles = 0_usize;
    for token in code {
        let mut ends = false;
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                '<' => angles += 1,
                '>' => angles = angles.saturating_sub(1),
                ',' => ends = angles == 0,
                _ => (),
            }
        }
        head.push(token);
        if ends {
            documented.extend(member(std::mem::take(&mut head), docs));
        }
    }
    documented.extend(member(head, docs));
    documented
}

/// Its name is the first that is not in an attribute.
fn member(code: Vec<TokenTree>, docs: &Members<'_>) -> TokenStream {
    let mut words = code.iter().filter_map(|token| match token {
        TokenTree::Ident(ident) => Some(ident.to_string()),
        _ => None,
    });
    let name = words.find(|word| word != "pub").unwrap_or_default();
    let docs = docs.get(&name).map(|docs| tokens::docs(docs));
    docs.into_iter().flatten().chain(code).collect()
}
